using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Sim;

public class DecisionsTests
{
    [Fact]
    public void Streams_do_not_disturb_each_other()
    {
        var alone = Draw(new Decisions(7).Stream(Concern.Disk, 1), 20);
        var crowded = new Decisions(7);
        Draw(crowded.Stream(Concern.Network), 13);
        Draw(crowded.Stream(Concern.Disk), 5);
        Assert.Equal(alone, Draw(crowded.Stream(Concern.Disk, 1), 20));
        Assert.NotEqual(alone, Draw(new Decisions(7).Stream(Concern.Disk, 2), 20));
        Assert.NotEqual(alone, Draw(new Decisions(8).Stream(Concern.Disk, 1), 20));
    }

    [Fact]
    public void A_recording_replays_in_the_world_of_another_seed()
    {
        var original = new Decisions(7, record: true);
        var drawn = Draw(original.Stream(Concern.Disk, 1), 20);
        Assert.Equal(20, original.Recorded.Count);
        var replayed = new Decisions(99, original.Recorded);
        Assert.Equal(drawn, Draw(replayed.Stream(Concern.Disk, 1), 20));
    }

    [Fact]
    public void An_edit_replaces_one_choice_and_leaves_the_rest_to_the_seed()
    {
        var expected = Draw(new Decisions(7).Stream(Concern.Crash), 20);
        var edited = new Decisions(7, [new Decision(Concern.Crash, 0, 4, "site", 1000, 1)]);
        expected[4] = 1;
        Assert.Equal(expected, Draw(edited.Stream(Concern.Crash), 20));
    }

    [Theory]
    [InlineData("elsewhere", 5)]
    [InlineData("site", 1000)]
    public void An_edit_that_does_not_fit_falls_back_to_the_seed(string site, ulong value)
    {
        var expected = Draw(new Decisions(7).Stream(Concern.Crash), 5);
        var edited = new Decisions(7, [new Decision(Concern.Crash, 0, 2, site, 1000, value)]);
        Assert.Equal(expected, Draw(edited.Stream(Concern.Crash), 5));
    }

    [Fact]
    public void Two_edits_of_one_choice_are_refused()
    {
        var edit = new Decision(Concern.Crash, 0, 2, "site", 1000, 5);
        Assert.Throws<ArgumentException>(() => new Decisions(7, [edit, edit]).Stream(Concern.Crash));
    }

    [Fact]
    public void Zero_is_the_quietest_choice()
    {
        var zeros = Enumerable.Range(0, 10).SelectMany(position => new[]
        {
            new Decision(Concern.Network, 0, position, "fault", 100, 0),
            new Decision(Concern.Network, 1, position, "delay", 0, 0),
        });
        var decisions = new Decisions(7, zeros);
        for (var i = 0; i < 10; i++)
        {
            Assert.False(decisions.Stream(Concern.Network).Chance("fault", new Ratio(99, 100)));
            var delay = decisions.Stream(Concern.Network, 1).Exponential("delay", TimeSpan.FromMilliseconds(5));
            Assert.Equal(TimeSpan.Zero, delay);
        }
    }

    [Fact]
    public void A_chance_comes_true_as_often_as_its_ratio_says()
    {
        var stream = new Decisions(7).Stream(Concern.Disk);
        var hits = Enumerable.Range(0, 100_000).Count(_ => stream.Chance("site", new Ratio(3, 100)));
        Assert.InRange(hits, 2_800, 3_200);
        Assert.False(stream.Chance("site", Ratio.Zero));
        Assert.True(stream.Chance("site", Ratio.One));
    }

    [Fact]
    public void Exponential_delays_have_the_mean_and_the_tail_asked_for()
    {
        var stream = new Decisions(7).Stream(Concern.Disk);
        var mean = TimeSpan.FromMilliseconds(5);
        var delays = Enumerable.Range(0, 100_000).Select(_ => stream.Exponential("site", mean)).ToList();
        Assert.InRange(delays.Average(delay => delay.TotalMilliseconds), 4.9, 5.1);
        Assert.InRange(delays.Count(delay => delay > mean), 35_000, 39_000);
        Assert.InRange(delays.Count(delay => delay > 5 * mean), 450, 900);
        Assert.All(delays, delay => Assert.InRange(delay, TimeSpan.Zero, 44 * mean));
    }

    [Fact]
    public void Uniform_durations_reach_both_ends_and_nothing_beyond()
    {
        var stream = new Decisions(7).Stream(Concern.Disk);
        var drawn = Enumerable.Range(0, 1_000).Select(_ => stream.Between("site", new(10), new(19)).Ticks).ToList();
        Assert.Equal(Enumerable.Range(10, 10).Select(tick => (long)tick), drawn.Distinct().Order());
        var days = stream.Between("site", TimeSpan.FromDays(1), TimeSpan.FromDays(2));
        Assert.InRange(days, TimeSpan.FromDays(1), TimeSpan.FromDays(2));
    }

    [Fact]
    public void A_ratio_outside_zero_to_one_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ratio(2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ratio(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ratio(0, 0));
    }

    private static List<int> Draw(IDecisions stream, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => stream.Choose("site", 1000))];
}
