using RaftKv.Consensus;

namespace RaftKv.Sim.Checks;

/// <summary>
/// What the checks remember of one node across its incarnations: the log as last seen, and how much of it the node has
/// reported durable. A crash takes away the node, not this memory.
/// </summary>
internal sealed class NodeView(NodeId id)
{
    private readonly List<Term> _terms = [Term.Zero];
    private readonly List<(LogIndex Index, Electorate Electorate)> _electorates = [];

    /// <summary>The node.</summary>
    public NodeId Id { get; } = id;

    /// <summary>What the node was before it lost its disk, if it did.</summary>
    public NodeView? BeforeDiskLoss { get; init; }

    /// <summary>The last index of the log as last seen.</summary>
    public LogIndex LastIndex => new(_terms.Count - 1);

    /// <summary>Term of the last seen state.</summary>
    public Term Term { get; set; }

    /// <summary>Role of the last seen state.</summary>
    public Role Role { get; set; } = Role.Follower;

    /// <summary>Commit index of the last seen state of this incarnation.</summary>
    public LogIndex Commit { get; set; }

    /// <summary>The last term in which it has committed something as its leader.</summary>
    public Term LastTermOfCommit { get; set; }

    /// <summary>Last applied index of this incarnation.</summary>
    public LogIndex Applied { get; set; }

    /// <summary>Entries up to here are durable, as the node has been told.</summary>
    public LogIndex Durable { get; set; }

    /// <summary>Term and vote that are durable.</summary>
    public HardState DurableHardState { get; set; }

    /// <summary>The term of the entry seen at <paramref name="index"/>, or 0 when the log is shorter.</summary>
    public Term TermAt(LogIndex index) => index.Value < _terms.Count ? _terms[(int)index.Value] : Term.Zero;

    /// <summary>The configurations in the log as last seen, by index.</summary>
    public IReadOnlyList<(LogIndex Index, Electorate Electorate)> Electorates => _electorates;

    /// <summary>The last configuration of the log as seen at the end of the turn before.</summary>
    public LogIndex FormerElectorate { get; set; }

    /// <summary>Notes a configuration that the log holds.</summary>
    public void Add(LogIndex index, Electorate electorate) => _electorates.Add((index, electorate));

    /// <summary>Notes an entry, forgetting all that was seen behind it.</summary>
    public void Set(LogIndex index, Term term)
    {
        TruncateTo(index.Previous);
        while (LastIndex < index.Previous)
            _terms.Add(Term.Zero);
        _terms.Add(term);
    }

    /// <summary>Forgets entries behind <paramref name="index"/>.</summary>
    public void TruncateTo(LogIndex index)
    {
        if (LastIndex > index)
            _terms.RemoveRange((int)index.Value + 1, _terms.Count - (int)index.Value - 1);
        while (_electorates.Count > 0 && _electorates[^1].Index > index)
            _electorates.RemoveAt(_electorates.Count - 1);
    }
}
