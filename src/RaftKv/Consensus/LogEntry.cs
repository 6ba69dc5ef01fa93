namespace RaftKv.Consensus;

/// <summary>What an entry is for.</summary>
public enum EntryKind : byte
{
    /// <summary>A leader's first entry, so that entries of earlier terms can commit (paper §8).</summary>
    NoOp = 1,

    /// <summary>A command for the state machine.</summary>
    Command = 2,

    /// <summary>A <see cref="Consensus.Configuration"/>, in force from here on, committed or not (paper §6).</summary>
    Configuration = 3,
}

/// <summary>One entry of the replicated log. Immutable: <paramref name="Data"/> is never written again.</summary>
public readonly record struct LogEntry(LogIndex Index, Term Term, EntryKind Kind, ReadOnlyMemory<byte> Data);

/// <summary>What a server must remember across restarts besides its log (paper figure 2).</summary>
public readonly record struct HardState(Term Term, NodeId VotedFor);

/// <summary>
/// The log position that a snapshot replaces: the last entry it includes. Two snapshots of one id are equal.
/// </summary>
public readonly record struct SnapshotId(LogIndex Index, Term Term)
{
    /// <summary>The empty state, before any entry.</summary>
    public static SnapshotId None => default;

    /// <inheritdoc/>
    public override string ToString() => $"{Index}@{Term}";
}

/// <summary>What storage found at start.</summary>
/// <param name="HardState">Durable term and vote.</param>
/// <param name="Snapshot">The newest snapshot; its content is already in the state machine.</param>
/// <param name="Entries">
/// The durable log in index order, without gaps. It may begin at or before <paramref name="Snapshot"/> (trailing
/// entries kept for slow followers), and never leaves a gap behind it.
/// </param>
public sealed record RecoveredState(HardState HardState, SnapshotId Snapshot, IReadOnlyList<LogEntry> Entries)
{
    /// <summary>The state of a node that has never run, and waits to be added to a cluster.</summary>
    public static RecoveredState Fresh { get; } = new(default, SnapshotId.None, []);

    /// <summary>The configuration in force at <see cref="Snapshot"/>.</summary>
    public Configuration Configuration { get; init; } = Configuration.Empty;
}
