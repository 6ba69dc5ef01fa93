using RaftKv.Scenarios.Catalogue;
using RaftKv.Scenarios.Labs;
using Xunit;

namespace RaftKv.Scenarios.Ours;

/// <summary>
/// Every scenario ends by removing all faults and settling (<see cref="Lab.Finish"/>). This one has all faults at once.
/// </summary>
public sealed class HealingScenarios
{
    [Fact]
    [Scenario("after every run: everything settles", IsRandom = true)]
    public void After_all_faults_at_once_everything_settles() => KvLab.Run(5, lab =>
    {
        var traffic = new Traffic(lab, clients: 3);
        lab.Network.IsUnreliable = true;
        for (var fault = 0; fault < 100; fault++)
        {
            Strike(lab, lab.Hosts[lab.Random(5)].Index);
            lab.Sleep(lab.Random(200));
        }

        lab.Finish();
        traffic.Stop();
    });

    private static void Strike(KvLab lab, int server)
    {
        switch (lab.Random(8))
        {
            case 0:
                lab.Crash(server);
                break;
            case 1 or 2:
                if (!lab.IsUp(server))
                    lab.Restart(server);
                break;
            case 3:
                lab.Hosts[server].Pause();
                break;
            case 4:
                lab.Hosts[server].Resume();
                break;
            case 5:
                lab.Hosts[server].Time.SetRate(50 + lab.Random(151), 100);
                break;
            case 6:
                lab.Network.Partition(server, lab.Random(5));
                break;
            default:
                lab.World.Network.Partition([server], [(server + 1) % 5, (server + 2) % 5], isOneWay: true);
                break;
        }
    }
}
