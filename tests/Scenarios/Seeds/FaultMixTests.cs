using System.Text.RegularExpressions;
using RaftKv.Sim;
using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Seeds;

/// <summary>What seeds draw, and what the rarer faults do.</summary>
public sealed class FaultMixTests
{
    [Fact]
    public void Every_class_of_faults_takes_part_in_some_seeds_and_stays_out_of_others()
    {
        var drawn = Enumerable.Range(1, 200).Select(seed => SeedConfiguration.Draw(
            new Decisions((ulong)seed).Stream(Concern.Configuration))).ToArray();
        Func<SeedConfiguration, bool>[] classes =
        [
            each => each.PartitionEvery > default(TimeSpan), each => each.SlowLinkEvery > default(TimeSpan),
            each => each.CrashEvery > default(TimeSpan), each => each.PauseEvery > default(TimeSpan),
            each => each.DiskErrorEvery > default(TimeSpan), each => each.DiskLossAfter > default(TimeSpan),
            each => each.TransferEvery > default(TimeSpan), each => each.MembershipEvery > default(TimeSpan),
            each => each.ReadProbeEvery > default(TimeSpan), each => each.LeaderFaultPercent > 0,
            each => each.RivalPercent > 0, each => each.ClockFaults, each => each.LeaseReads,
            each => each.PreVoters == 0, each => each.QuorumCheckers == 0,
        ];

        Assert.All(classes, takesPart => Assert.InRange(drawn.Count(takesPart), 5, 195));
        Assert.All(drawn.Where(each => each.LeaseReads), each => Assert.Equal(-1, each.QuorumCheckers));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_server_that_has_lost_its_disk_is_refused_gets_no_say_and_is_replaced(ulong seed)
    {
        var trace = new StringWriter();

        var result = Simulation.Run(seed, trace, choose => SeedConfiguration.HarshBenchmark(choose) with
        {
            Duration = TimeSpan.FromSeconds(5),
            DiskLossAfter = TimeSpan.FromMilliseconds(500),
            MembershipEvery = TimeSpan.Zero,
            PreVoters = -1,
            QuorumCheckers = -1,
        });

        Assert.Equal((SeedVerdict.Passed, null), (result.Verdict, result.Violation));
        Assert.Contains("has lost its disk", $"{trace}", StringComparison.Ordinal);
        Assert.Contains("Promote n6", $"{trace}", StringComparison.Ordinal);
        Assert.Contains("Remove n", $"{trace}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Rivals_lead_again_with_entries_that_they_got_before_they_were_cut_off(ulong seed)
    {
        var trace = new StringWriter();

        var result = Simulation.Run(seed, trace, choose => SeedConfiguration.Draw(choose).WithRivals(75) with
        {
            Nodes = 3,
            Duration = TimeSpan.FromSeconds(10),
            ElectionTimeout = TimeSpan.FromMilliseconds(200),
            HeartbeatInterval = TimeSpan.FromMilliseconds(50),
        });

        Assert.Equal((SeedVerdict.Passed, null), (result.Verdict, result.Violation));
        var leaders = Regex.Matches($"{trace}", @"(n\d) is Leader in term ")
            .Select(match => match.Groups[1].Value);
        var away = Regex.Count($"{trace}", @"n\d is cut off$", RegexOptions.Multiline);
        Assert.InRange(away, 5, 100);
        Assert.Contains(leaders.CountBy(leader => leader), leader => leader.Value > 2);
    }
}
