using RaftKv.Client;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Node.Commands;
using RaftKv.Rpc;
using RaftKv.Scenarios.Client;
using Xunit;
using static RaftKv.Scenarios.Client.ClerkWorld;

namespace RaftKv.Scenarios.Node;

public sealed class SettledChangeTests : IDisposable
{
    private readonly ClerkWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(MemberChangeKind.AddLearner, MemberRole.Learner)]
    [InlineData(MemberChangeKind.AddLearner, MemberRole.Voter)]
    [InlineData(MemberChangeKind.Promote, MemberRole.Voter)]
    [InlineData(MemberChangeKind.Demote, MemberRole.Learner)]
    [InlineData(MemberChangeKind.Remove, null)]
    public void A_change_that_the_members_show_was_made(MemberChangeKind kind, MemberRole? role) =>
        Assert.Equal(Members(role), Make(kind, role));

    [Theory]
    [InlineData(MemberChangeKind.AddLearner, null)]
    [InlineData(MemberChangeKind.Promote, MemberRole.Learner)]
    [InlineData(MemberChangeKind.Demote, MemberRole.Voter)]
    [InlineData(MemberChangeKind.Remove, MemberRole.Voter)]
    public void A_change_that_they_do_not_show_stays_in_doubt(MemberChangeKind kind, MemberRole? role) =>
        Assert.Throws<ClerkOutcomeUnknownException>(() => Make(kind, role));

    [Fact]
    public void Another_node_of_that_id_is_not_the_one_that_was_added() =>
        Assert.Throws<ClerkOutcomeUnknownException>(() => Make(MemberChangeKind.AddLearner, MemberRole.Voter, "other"));

    private static Configuration Members(MemberRole? role) => new(
        role is { } of
            ? [new Member(new NodeId(1), "n1", MemberRole.Voter), new Member(new NodeId(4), "n4", of)]
            : [new Member(new NodeId(1), "n1", MemberRole.Voter)]);

    /// <summary>A first attempt is not answered, and a second one rejected; then the members are as told.</summary>
    private Configuration Make(MemberChangeKind kind, MemberRole? role, string address = "n4")
    {
        _world.AnswerAdministrator = _ => _world.Administered switch
        {
            [_] => Failed(RpcOutcome.TimedOut),
            [.., (_, MembershipRequest { Changes: [] })] => Value(ConfigurationCodec.Encode(Members(role))),
            _ => Reply(KvStatus.Rejected, detail: "it is so already"),
        };
        var change = new MemberChange(kind, new NodeId(4), address);
        return _world.Within(100, SettledChange.MakeAsync(_world.Clerk(), change, default));
    }
}
