using RaftKv.Consensus;

namespace RaftKv.Server;

/// <summary>How the way to a read ended.</summary>
public enum ReadEnd : byte
{
    /// <summary>The state machine may be queried now.</summary>
    Ready = 1,

    /// <summary>No leader could confirm it: ask again, here or elsewhere.</summary>
    NoLeader,

    /// <summary>Too many reads wait.</summary>
    Busy,
}

/// <summary>The outcome of <see cref="Replica{TResult}.ReadAsync"/>; the leader, if known.</summary>
public readonly record struct ReadOutcome(ReadEnd End, NodeId Leader);

/// <summary>
/// Callers that wait to read: first for the index that the core finds, then for the state machine to have applied it.
/// </summary>
internal sealed class PendingReads
{
    private readonly Dictionary<long, TaskCompletionSource<ReadOutcome>> _undecided = [];
    private readonly PriorityQueue<TaskCompletionSource<ReadOutcome>, (LogIndex Index, long Number)> _waiting = new();
    private long _lastNumber;

    /// <summary>Registers a caller before its read is stepped.</summary>
    /// <returns>The number to read under.</returns>
    public long Register(out Task<ReadOutcome> outcome)
    {
        var completion = new TaskCompletionSource<ReadOutcome>();
        _undecided.Add(++_lastNumber, completion);
        outcome = completion.Task;
        return _lastNumber;
    }

    /// <summary>Registers a caller for whom any state will do, as soon as there is one.</summary>
    public Task<ReadOutcome> Wait()
    {
        var number = Register(out var outcome);
        Decide(new ReadResult(number, ReadStatus.Ready, LogIndex.Zero), NodeId.None);
        return outcome;
    }

    /// <summary>The core knows what must have been applied, or that it cannot tell.</summary>
    public void Decide(in ReadResult decision, NodeId leader)
    {
        if (!_undecided.Remove(decision.ReadNumber, out var completion))
            return;
        if (decision.Status == ReadStatus.Ready)
            _waiting.Enqueue(completion, (decision.Index, decision.ReadNumber));
        else
            completion.SetResult(new(decision.Status == ReadStatus.Busy ? ReadEnd.Busy : ReadEnd.NoLeader, leader));
    }

    /// <summary>The state machine has applied everything up to an index.</summary>
    public void Applied(LogIndex index)
    {
        while (_waiting.TryPeek(out var completion, out var read) && read.Index <= index)
        {
            _waiting.Dequeue();
            completion.SetResult(new(ReadEnd.Ready, NodeId.None));
        }
    }

    /// <summary>The replica stops: the state machine will not be asked any more.</summary>
    public void Stop()
    {
        while (_waiting.TryDequeue(out var completion, out _))
            completion.SetResult(new(ReadEnd.NoLeader, NodeId.None));
        foreach (var number in _undecided.Keys.Order().ToArray())
        {
            _undecided.Remove(number, out var completion);
            completion!.SetResult(new(ReadEnd.NoLeader, NodeId.None));
        }
    }
}
