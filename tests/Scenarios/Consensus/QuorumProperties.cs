using FsCheck.Xunit;
using RaftKv.Consensus;
using Xunit;

namespace RaftKv.Scenarios.Consensus;

/// <summary>
/// Quorums and ballots against the definition of a majority; after etcd's quorum/testdata majority_commit,
/// majority_vote, joint_commit and joint_vote.
/// </summary>
public sealed class QuorumProperties
{
    [Property(MaxTest = 1000)]
    public bool The_reached_value_is_the_highest_that_more_than_half_of_each_half_have_reached(
        byte[] roles, byte[] values)
    {
        var configuration = Draw(roles);
        var reached = configuration.Reached(id => ValueOf(values, id));
        var expected = Enumerable.Range(0, 16).Select(value => (long)value)
            .Where(value => Halves(configuration).All(half => MoreThanHalf(half, id => ValueOf(values, id) >= value)))
            .DefaultIfEmpty(long.MinValue)
            .Max();

        return reached == expected;
    }

    [Property(MaxTest = 1000)]
    public bool An_election_is_decided_by_the_first_answer_of_each_voter(
        byte[] roles, (byte Voter, bool Granted)[] answers)
    {
        var configuration = Draw(roles);
        if (Halves(configuration).Any(half => half.Length == 0))
            return true;
        var ballot = new Ballot();
        var first = new Dictionary<NodeId, bool>();
        foreach (var (voter, granted) in answers)
        {
            var id = new NodeId(1 + (voter % 9));
            first.TryAdd(id, granted);
            var won = Halves(configuration)
                .All(half => MoreThanHalf(half, voter => first.GetValueOrDefault(voter)));
            var lost = Halves(configuration)
                .Any(half => !MoreThanHalf(half, voter => first.GetValueOrDefault(voter, true)));
            var expected = won ? ElectionOutcome.Won : lost ? ElectionOutcome.Lost : ElectionOutcome.Open;
            if (ballot.Record(configuration, id, granted) != expected)
                return false;
        }

        return true;
    }

    [Fact]
    public void Learners_do_not_count_and_halves_count_apart()
    {
        var configuration = new Configuration(
        [
            new(new(5), "e", MemberRole.Learner),
            new(new(1), "a", MemberRole.OutgoingVoter),
            new(new(2), "b", MemberRole.Voter),
            new(new(3), "c", MemberRole.DemotedVoter),
            new(new(4), "d", MemberRole.IncomingVoter),
        ]);

        Assert.Equal("(n2 n4)&(n1 n2 n3) learners n5", configuration.ToString());
        Assert.Equal(2, configuration.Reached(id => id.Value is 2 or 4 ? 9 : id.Value == 1 ? 2 : 1));
        Assert.Equal(4, configuration.Reached(id => id.Value is 1 or 2 or 3 ? 9 : 4));
        Assert.False(configuration.IsVoter(new(5)));
        Assert.Equal(long.MinValue, Configuration.Empty.Reached(_ => 1));
    }

    private static Configuration Draw(byte[] roles) => new(roles.Take(9)
        .Select((role, i) => new Member(new(i + 1), "", (MemberRole)(1 + (role % 5)))));

    private static long ValueOf(byte[] values, NodeId id) =>
        id.Value <= values.Length ? values[id.Value - 1] % 16 : 0;

    private static NodeId[][] Halves(Configuration configuration)
    {
        var members = configuration.Members;
        NodeId[] present = [.. members.Where(member => member.Role is MemberRole.Voter or MemberRole.IncomingVoter)
            .Select(member => member.Id)];
        NodeId[] former = [.. members.Where(member =>
                member.Role is MemberRole.Voter or MemberRole.OutgoingVoter or MemberRole.DemotedVoter)
            .Select(member => member.Id)];
        return configuration.IsJoint ? [present, former] : [present];
    }

    private static bool MoreThanHalf(NodeId[] voters, Func<NodeId, bool> holds) =>
        voters.Count(holds) * 2 > voters.Length;
}
