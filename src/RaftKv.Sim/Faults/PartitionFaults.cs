using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>
/// Cuts links between hosts, clients included: one server alone, two sides, a bridge (two sides that share one server),
/// one direction only, or held links whose traffic arrives late and at once.
/// </summary>
internal sealed class PartitionFaults(SimWorld world, IReadOnlyList<SimNode> servers, SeedConfiguration configuration)
    : RepeatingFaults(world, world.Decisions.Stream(Concern.Partition), configuration.PartitionEvery)
{
    protected override void Strike()
    {
        World.Network.Heal();
        var oneWay = Choose.Choose("one way", 4) == 3;
        switch (Choose.Choose("shape", 4))
        {
            case 0:
                Isolate(oneWay);
                break;
            case 1:
                Split(oneWay, bridge: null);
                break;
            case 2:
                Split(oneWay, bridge: RandomServer());
                break;
            default:
                HoldLinks();
                break;
        }

        Later(Choose.Exponential("partition", configuration.ElectionTimeout * 4), World.Network.Heal);
    }

    private void Isolate(bool oneWay)
    {
        int[] alone = [RandomServer()];
        var others = Hosts().Except(alone).ToArray();
        if (oneWay && Choose.Choose("deaf or mute", 2) == 1)
            World.Network.Partition(others, alone, isOneWay: true);
        else
            World.Network.Partition(alone, others, oneWay);
    }

    private void Split(bool oneWay, int? bridge)
    {
        var sides = Hosts().Where(host => host != bridge).ToLookup(_ => Choose.Choose("side", 2));
        if (sides.Count < 2)
            Isolate(oneWay);
        else
            World.Network.Partition([.. sides[0]], [.. sides[1]], oneWay);
    }

    private void HoldLinks()
    {
        var server = RandomServer();
        foreach (var host in Hosts().Where(host => host != server && Choose.Choose("hold", 2) == 1))
        {
            World.Network.Link(server, host).Hold();
            World.Network.Link(host, server).Hold();
        }
    }

    private int RandomServer() => servers[Choose.Choose("server", servers.Count)].Index;

    private IEnumerable<int> Hosts() => World.Nodes.Select(node => node.Index);
}
