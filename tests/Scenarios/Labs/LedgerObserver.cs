using RaftKv.Consensus;
using RaftKv.Sim;
using RaftKv.Sim.Checks;
using RaftKv.Sim.World;

namespace RaftKv.Scenarios.Labs;

/// <summary>Counts a server's requests, and notes what it applies, besides checking it.</summary>
internal sealed class LedgerObserver(
    ClusterChecks checks, Scheduler scheduler, Ledger ledger, RequestCounts requests,
    Dictionary<LogIndex, long> applied)
    : ReplicaChecks(checks, scheduler, () => ledger.Hash)
{
    public override void Sending(in Message message)
    {
        base.Sending(message);
        requests.Count(message.Kind);
    }

    public override void Applied(in LogEntry entry)
    {
        base.Applied(entry);
        if (entry.Kind == EntryKind.Command)
            applied[entry.Index] = Ledger.AmountOf(entry.Data);
    }
}

/// <summary>Requests that one server has sent, over its incarnations. What the labs call RPCs.</summary>
internal sealed class RequestCounts
{
    private readonly int[] _counts = new int[byte.MaxValue];

    /// <summary>All requests; answers are not counted.</summary>
    public int Total { get; private set; }

    /// <summary>Requests of one kind.</summary>
    public int this[MessageKind kind] => _counts[(int)kind];

    public void Count(MessageKind kind)
    {
        _counts[(int)kind]++;
        if (!kind.ToString().EndsWith("Reply", StringComparison.Ordinal))
            Total++;
    }
}
