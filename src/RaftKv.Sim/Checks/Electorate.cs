using RaftKv.Consensus;

namespace RaftKv.Sim.Checks;

/// <summary>
/// Who has to agree under a configuration, worked out from its members alone and not by the code under test: more than
/// half of those who vote, and while it is joint more than half of each of its two halves (paper §6).
/// </summary>
internal sealed class Electorate
{
    public Electorate(Configuration configuration)
    {
        Description = $"{configuration}";
        var joint = configuration.Members.Any(member => member.Role is not (MemberRole.Voter or MemberRole.Learner));
        New = Ids(configuration, MemberRole.Voter, MemberRole.IncomingVoter);
        Old = joint ? Ids(configuration, MemberRole.Voter, MemberRole.OutgoingVoter, MemberRole.DemotedVoter) : null;
    }

    /// <summary>The voters to come, or the only ones.</summary>
    public NodeId[] New { get; }

    /// <summary>While the configuration is joint: the voters before.</summary>
    public NodeId[]? Old { get; }

    /// <summary>For messages.</summary>
    public string Description { get; }

    /// <summary>Whether those for whom <paramref name="agrees"/> holds suffice.</summary>
    public bool IsQuorum(Func<NodeId, bool> agrees) =>
        IsMajority(New, agrees) && (Old is null || IsMajority(Old, agrees));

    /// <summary>
    /// Whether this one may follow <paramref name="former"/> in a log: into a joint configuration of both, out of one,
    /// or with the same voters (dissertation §4.3). Then any quorum of one shares a member with any of the other.
    /// </summary>
    public bool MayFollow(Electorate former) => (former.Old, Old) switch
    {
        (null, null) => New.SequenceEqual(former.New),
        (null, not null) => Old.SequenceEqual(former.New),
        (not null, null) => New.SequenceEqual(former.New),
        _ => false,
    };

    private static bool IsMajority(NodeId[] voters, Func<NodeId, bool> agrees)
    {
        var count = 0;
        foreach (var voter in voters)
            count += agrees(voter) ? 1 : 0;
        return count * 2 > voters.Length;
    }

    private static NodeId[] Ids(Configuration configuration, params ReadOnlySpan<MemberRole> roles)
    {
        var ids = new List<NodeId>();
        foreach (var member in configuration.Members)
        {
            if (roles.Contains(member.Role))
                ids.Add(member.Id);
        }

        return [.. ids];
    }
}
