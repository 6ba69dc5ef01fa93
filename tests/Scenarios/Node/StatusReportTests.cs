using RaftKv.Client;
using RaftKv.Consensus;
using RaftKv.Node.Commands;
using Xunit;

namespace RaftKv.Scenarios.Node;

public sealed class StatusReportTests
{
    private static readonly Configuration _members = new([
        new Member(new NodeId(1), "a:1", MemberRole.Voter),
        new Member(new NodeId(2), "b:1", MemberRole.Voter),
        new Member(new NodeId(3), "c:1", MemberRole.Voter),
        new Member(new NodeId(12), "long.name:7001", MemberRole.Learner),
    ]);

    private readonly StatusReport _report = new();

    [Fact]
    public void Each_server_has_an_aligned_line()
    {
        Answer("long.name:7001", Server(12, Role.Follower, leader: 1, applied: 80));
        Fail("c:1", "it cannot be reached: Connection refused");
        Answer("a:1", Server(1, Role.Leader, leader: 1, applied: 100));
        Answer("b:1", Server(2, Role.Follower, leader: 1, applied: 101));
        Fail("elsewhere:2", "no answer in time");
        Assert.Equal(
            """
            NODE  ADDRESS         ROLE      TERM  COMMIT  APPLIED  LEADER  LAG
            1     a:1             leader       7     100      100       1    0
            2     b:1             follower     7     101      101       1    0
            12    long.name:7001  learner      7      80       80       1   20
            3     c:1             it cannot be reached: Connection refused
            ?     elsewhere:2     no answer in time
            """,
            string.Join('\n', _report.Lines()));
        Assert.Null(_report.Problem());
    }

    [Fact]
    public void The_members_that_nobody_asked_are_to_be_asked_too_wherever_the_others_were()
    {
        Answer("localhost:1", Server(1, Role.Follower));
        Fail("b:1", "no answer in time");
        Assert.Equal(["c:1", "long.name:7001"], _report.NotAsked());
    }

    [Fact]
    public void Learners_make_no_majority()
    {
        Answer("a:1", Server(1, Role.Leader));
        Answer("long.name:7001", Server(12, Role.Follower));
        Assert.Equal("No majority of the voters has answered.", _report.Problem());
        Answer("b:1", Server(2, Role.Follower));
        Assert.Null(_report.Problem());
    }

    [Fact]
    public void Without_a_leader_nothing_is_good_and_nobody_lags()
    {
        Answer("a:1", Server(1, Role.Follower));
        Answer("b:1", Server(2, Role.PreCandidate));
        Assert.Equal("None of them leads.", _report.Problem());
        Assert.Equal("2     b:1      candidate     7       0        0       -    -", _report.Lines().Last());
    }

    [Fact]
    public void Two_that_say_that_they_lead_are_named_and_others_lag_behind_the_newer_one()
    {
        Answer("a:1", Server(1, Role.Leader, applied: 500));
        Answer("b:1", Server(2, Role.Leader, applied: 100) with { Term = new Term(8) });
        Answer("c:1", Server(3, Role.Follower, applied: 90));
        Assert.Equal("n1 and n2 say that they lead: ask again.", _report.Problem());
        Assert.EndsWith("   10", _report.Lines().Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_leader_that_was_asked_at_two_addresses_is_one()
    {
        Answer("a:1", Server(1, Role.Leader));
        Answer("localhost:1", Server(1, Role.Leader));
        Answer("b:1", Server(2, Role.Follower));
        Assert.Null(_report.Problem());
    }

    [Fact]
    public void Who_was_removed_and_who_waits_to_be_added_are_told_from_members()
    {
        var before = new Configuration([.. _members.Members, new Member(new NodeId(4), "d:1", MemberRole.Voter)]);
        Answer("a:1", Server(1, Role.Leader));
        Answer("d:1", Server(4, Role.Follower) with { Configuration = before, ConfigurationIndex = new LogIndex(3) });
        Answer("e:1", Server(5, Role.Follower) with { Configuration = Configuration.Empty });
        Assert.Equal(["leader", "removed", "joins"], _report.Lines().Skip(1).Select(line => line.Split(
            ' ', StringSplitOptions.RemoveEmptyEntries)[2]));
    }

    [Fact]
    public void Whether_all_refuse_is_told_from_silence()
    {
        _report.Add([new ServerAnswer("a:1", null, new ClerkRefusedException("of another cluster"))]);
        Assert.True(_report.AllRefuse);
        Fail("b:1", "no answer in time");
        Assert.False(_report.AllRefuse);
    }

    private static ServerStatus Server(int id, Role role, int leader = 0, long applied = 0) => new(
        new NodeId(id), role, new Term(7), new NodeId(leader), new LogIndex(applied), new LogIndex(applied), _members,
        new LogIndex(5));

    private void Answer(string address, ServerStatus status) => _report.Add([new ServerAnswer(address, status, null)]);

    private void Fail(string address, string why) =>
        _report.Add([new ServerAnswer(address, null, new ClerkUnavailableException(why))]);
}
