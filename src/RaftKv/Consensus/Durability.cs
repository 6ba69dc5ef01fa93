using System.Runtime.InteropServices;
using RaftKv.Diagnostics;

namespace RaftKv.Consensus;

/// <summary>
/// Which log positions and hard states the storage writes stand for: what has been handed to storage, and what of it
/// is durable. Truncation caps every position in between, so that the completion of an older write can never vouch for
/// newer, different entries at the same index.
/// </summary>
internal sealed class Durability(LogIndex index, HardState hardState)
{
    private readonly List<Position> _pending = [];

    /// <summary>The last token handed out.</summary>
    public long LastToken { get; private set; }

    /// <summary>The last token known to be durable.</summary>
    public long DurableToken { get; private set; }

    /// <summary>The log has been handed to storage up to here.</summary>
    public LogIndex WrittenIndex { get; private set; } = index;

    /// <summary>The hard state last handed to storage.</summary>
    public HardState WrittenHardState { get; private set; } = hardState;

    /// <summary>The log as it stands is durable up to here.</summary>
    public LogIndex DurableIndex { get; private set; } = index;

    /// <summary>The durable hard state.</summary>
    public HardState DurableHardState { get; private set; } = hardState;

    /// <summary>The token that a promise made now waits for; 0 if everything written is durable.</summary>
    public long Gate => LastToken == DurableToken ? 0 : LastToken;

    /// <summary>Takes the next token for a write with which storage holds the log up to there.</summary>
    public long Write(LogIndex index)
    {
        WrittenIndex = index;
        return Issue();
    }

    /// <summary>Takes the next token for a write that saves <paramref name="hardState"/>.</summary>
    public long Write(HardState hardState)
    {
        WrittenHardState = hardState;
        return Issue();
    }

    /// <summary>The entries from <paramref name="index"/> on are no longer part of the log.</summary>
    public void Supersede(LogIndex index)
    {
        var kept = index.Previous;
        WrittenIndex = LogIndex.Min(WrittenIndex, kept);
        DurableIndex = LogIndex.Min(DurableIndex, kept);
        foreach (ref var position in CollectionsMarshal.AsSpan(_pending))
            position = position with { Index = LogIndex.Min(position.Index, kept) };
    }

    /// <summary>Every write up to <paramref name="token"/> is durable.</summary>
    public void Complete(long token)
    {
        if (token < DurableToken || token > LastToken)
        {
            throw new InvariantViolationException(
                "durable token", $"{token} reported, but {DurableToken} is durable and {LastToken} was issued last");
        }

        if (token == DurableToken)
            return;
        var count = (int)(token - DurableToken);
        DurableIndex = _pending[count - 1].Index;
        DurableHardState = _pending[count - 1].HardState;
        DurableToken = token;
        _pending.RemoveRange(0, count);
    }

    private long Issue()
    {
        _pending.Add(new(WrittenIndex, WrittenHardState));
        return ++LastToken;
    }

    private readonly record struct Position(LogIndex Index, HardState HardState);
}
