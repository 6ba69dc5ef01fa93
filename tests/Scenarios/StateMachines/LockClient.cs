using System.Text;
using RaftKv.Linearizability;
using RaftKv.Server;

namespace RaftKv.Scenarios.StateMachines;

/// <summary>
/// Asks one thing after another, of whatever server, and records what it is told. It gives up soon: then a command is
/// of unknown outcome. So is one whose server died.
/// </summary>
internal sealed class LockClient(LockTableLab lab, HistoryRecorder<LockInput, LockResult> history, int number)
{
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(300);

    /// <summary>How many answers it had.</summary>
    public int Answers { get; private set; }

    /// <summary>Whether it is to ask no more.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Whether it has stopped.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Asks the next thing after a while.</summary>
    public void Next()
    {
        IsDone = IsStopped;
        if (!IsDone)
            lab.World.After(lab.Choose.Between("pause", TimeSpan.Zero, TimeSpan.FromMilliseconds(40)), Begin);
    }

    private void Begin()
    {
        var leaders = lab.Connected().Where(lab.Leads).ToArray();
        var target = leaders.Length > 0 && lab.Random(2) == 0 ? leaders[0] : lab.Random(lab.Servers);
        if (lab.ServerOf(target) is not { } server)
        {
            Next();
            return;
        }

        var input = new LockInput((LockKind)lab.Random(4), $"c{number}");
        var operation = history.Call(number, input, lab.World.Now.Ticks);
        var isOpen = true;
        lab.Hosts[target].Post(async () => End(await AskAsync(server, input)));
        lab.World.After(_patience, () => End((input.Kind == LockKind.Query ? Fate.NotDone : Fate.Unknown, default)));

        void End((Fate Fate, LockResult Result) outcome)
        {
            if (!isOpen)
                return;
            isOpen = false;
            if (outcome.Fate == Fate.Answered)
            {
                history.Return(operation, outcome.Result, lab.World.Now.Ticks);
                Answers++;
            }
            else if (outcome.Fate == Fate.NotDone)
            {
                history.Discard(operation);
            }
            else
            {
                history.Lose(operation);
            }

            Next();
        }
    }

    private static async Task<(Fate Fate, LockResult Result)> AskAsync(
        ReplicaServer<LockResult> server, LockInput input)
    {
        if (input.Kind == LockKind.Query)
        {
            var (read, answer) = await server.QueryAsync("door"u8.ToArray());
            return (read.End == ReadEnd.Ready ? Fate.Answered : Fate.NotDone, answer);
        }

        var command = input.Kind switch
        {
            LockKind.Add => "add 1",
            LockKind.Take => $"take door {input.Owner}",
            _ => $"give door {input.Owner}",
        };
        var outcome = await server.ProposeAsync(Encoding.UTF8.GetBytes(command));
        var fate = outcome.End switch
        {
            ProposalEnd.Applied => Fate.Answered,
            ProposalEnd.Unknown => Fate.Unknown,
            _ => Fate.NotDone,
        };
        return (fate, outcome.Result);
    }

    private enum Fate
    {
        Answered,
        NotDone,
        Unknown,
    }
}
