namespace RaftKv.Consensus;

/// <summary>A read that waits for proof that nothing newer is committed elsewhere.</summary>
/// <param name="From">Who reads: this server, or a follower on behalf of its own clients.</param>
/// <param name="Number">The reader's own number for it.</param>
/// <param name="Ticket">The round or request whose answer is the proof.</param>
/// <param name="Index">What was committed when the ticket was given: the state to read is this one or a later.</param>
internal readonly record struct WaitingRead(NodeId From, long Number, long Ticket, LogIndex Index);

/// <summary>
/// Reads in the order of their arrival. All that arrive while a ticket is unanswered share the next one: on a leader
/// a heartbeat round, on a follower a request to its leader. An answer to a ticket is one to all earlier ones.
/// </summary>
internal sealed class ReadQueue
{
    private readonly Queue<WaitingRead> _new = [];
    private readonly Queue<WaitingRead> _asking = [];

    public int Count => _new.Count + _asking.Count;

    /// <summary>Whether some have no ticket yet.</summary>
    public bool HasNew => _new.Count > 0;

    /// <summary>Whether a ticket is unanswered.</summary>
    public bool IsAsking => _asking.Count > 0;

    public void Add(NodeId from, long number) => _new.Enqueue(new(from, number, 0, default));

    /// <summary>Gives this ticket, greater than all before, to those that have none.</summary>
    public void Ticket(long ticket, LogIndex index)
    {
        while (_new.TryDequeue(out var read))
            _asking.Enqueue(read with { Ticket = ticket, Index = index });
    }

    /// <summary>Takes out the oldest read with a ticket up to this one.</summary>
    public bool TryTake(long ticket, out WaitingRead read) =>
        _asking.TryPeek(out read) && read.Ticket <= ticket && _asking.TryDequeue(out read);

    /// <summary>Takes out the oldest read of all.</summary>
    public bool TryTake(out WaitingRead read) => _asking.TryDequeue(out read) || _new.TryDequeue(out read);
}
