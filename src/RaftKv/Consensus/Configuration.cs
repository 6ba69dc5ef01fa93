namespace RaftKv.Consensus;

/// <summary>
/// Who takes part, and what counts as agreement. Immutable. In a joint configuration (paper §6) agreement needs a
/// majority of C_old and a majority of C_new.
/// </summary>
public sealed class Configuration : IEquatable<Configuration>
{
    /// <summary>The largest number of members.</summary>
    public const int MaxMembers = 64;

    private readonly Member[] _members;
    private readonly NodeId[] _voters;
    private readonly NodeId[] _oldVoters;

    /// <summary>Creates a configuration of these members.</summary>
    /// <param name="members">At most <see cref="MaxMembers"/>.</param>
    /// <param name="highestId">See <see cref="HighestId"/>; by default the highest id among the members.</param>
    /// <param name="founding">See <see cref="Founding"/>.</param>
    /// <exception cref="ArgumentException">An id is not positive or occurs twice.</exception>
    public Configuration(IEnumerable<Member> members, NodeId highestId = default, ulong founding = 0)
    {
        _members = [.. members.OrderBy(member => member.Id)];
        for (var i = 0; i < _members.Length; i++)
        {
            if (_members[i].Id.Value <= 0 || (i > 0 && _members[i].Id == _members[i - 1].Id))
                throw new ArgumentException($"Members must have positive ids without repetition: {_members[i].Id}.");
        }

        if (_members.Length > MaxMembers)
            throw new ArgumentException($"{_members.Length} members are more than {MaxMembers}.");
        HighestId = _members.Length > 0 && _members[^1].Id > highestId ? _members[^1].Id : highestId;
        Founding = founding;
        IsJoint = _members.Any(member => member.Role > MemberRole.Learner);
        _voters = [.. _members.Where(member => member.VotesInNew).Select(member => member.Id)];
        _oldVoters = [.. _members.Where(member => IsJoint && member.VotesInOld).Select(member => member.Id)];
    }

    /// <summary>Nobody: what a server knows that has never been told of a cluster.</summary>
    public static Configuration Empty { get; } = new([]);

    /// <summary>The members by ascending id.</summary>
    public IReadOnlyList<Member> Members => _members;

    /// <summary>Those who count in C_new, or in the only half, by ascending id.</summary>
    public IReadOnlyList<NodeId> Voters => _voters;

    /// <summary>
    /// The highest id that any member ever had. Ids are never used twice: a server that lost its disk must not be taken
    /// for its former self.
    /// </summary>
    public NodeId HighestId { get; }

    /// <summary>
    /// A fingerprint of the cluster's first configuration, which all later ones carry; 0: none. It tells apart clusters
    /// that have the same name.
    /// </summary>
    public ulong Founding { get; }

    /// <summary>Whether two majorities are needed.</summary>
    public bool IsJoint { get; }

    /// <summary>A configuration of these voters, without addresses.</summary>
    public static Configuration Of(params IEnumerable<NodeId> voters) =>
        new(voters.Select(voter => new Member(voter, "", MemberRole.Voter)));

    /// <summary>The member of this id, or <see langword="null"/>.</summary>
    public Member? Find(NodeId id)
    {
        foreach (ref readonly var member in _members.AsSpan())
        {
            if (member.Id == id)
                return member;
        }

        return null;
    }

    /// <summary>Whether this member counts in a majority, of either half.</summary>
    public bool IsVoter(NodeId id) => Array.IndexOf(_voters, id) >= 0 || Array.IndexOf(_oldVoters, id) >= 0;

    /// <summary>
    /// The highest value that a quorum has reached: the one rule behind commit index (values are match indexes), votes,
    /// read rounds (numbers answered), CheckQuorum and leases (times of contact).
    /// </summary>
    /// <param name="valueOf">The value that a voter has reached; a cached delegate allocates nothing.</param>
    /// <returns><see cref="long.MinValue"/> if there are no voters: nobody can agree to anything.</returns>
    public long Reached(Func<NodeId, long> valueOf)
    {
        var reached = Quorum.Reached(_voters, valueOf);
        return IsJoint ? Math.Min(reached, Quorum.Reached(_oldVoters, valueOf)) : reached;
    }

    /// <inheritdoc/>
    public bool Equals(Configuration? other) =>
        other is not null && (HighestId, Founding) == (other.HighestId, other.Founding)
        && _members.AsSpan().SequenceEqual(other._members);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Configuration);

    /// <inheritdoc/>
    public override int GetHashCode() => HighestId.Value;

    /// <summary>The halves and the learners: <c>(n1 n2 n3)&amp;(n1 n2) learners n4</c>.</summary>
    public override string ToString()
    {
        var text = $"({string.Join(' ', _voters)})";
        if (IsJoint)
            text += $"&({string.Join(' ', _oldVoters)})";
        var learners = _members.Where(member => member.Role == MemberRole.Learner).Select(member => member.Id);
        return learners.Any() ? $"{text} learners {string.Join(' ', learners)}" : text;
    }
}
