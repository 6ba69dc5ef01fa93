using RaftKv.Consensus;
using Xunit;

namespace RaftKv.Scenarios.Consensus;

public sealed class RaftOptionsTests
{
    private static readonly RaftOptions _longest =
        new() { Id = new NodeId(1), ElectionTimeout = TimeSpan.FromDays(1), ElectionPriority = 0 };

    [Fact]
    public void The_longest_election_time_out_is_one_that_is_drawn_without_an_overflow()
    {
        _longest.Validate();
        var founders = new Configuration(
            [new(new(1), "one", MemberRole.Voter), new(new(2), "two", MemberRole.Voter)]);
        var recovered = RecoveredState.Fresh with { Configuration = founders };
        var raft = new Raft(_longest, recovered, below => below - 1, 0);
        Assert.InRange(raft.NextDeadline, TimeSpan.FromDays(11).Ticks, TimeSpan.FromDays(12).Ticks);
        var longer = _longest with { ElectionTimeout = TimeSpan.FromDays(1) + TimeSpan.FromTicks(1) };
        var error = Assert.Throws<ArgumentException>(longer.Validate);
        Assert.Contains("ElectionTimeout", error.Message, StringComparison.Ordinal);
    }
}
