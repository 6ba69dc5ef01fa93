using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Sim;

public class SimTimeTests
{
    private readonly SimWorld _world = new(seed: 1);
    private readonly List<double> _firedSeconds = [];

    [Theory]
    [InlineData(1, 2, 2.0)]
    [InlineData(2, 1, 0.5)]
    [InlineData(1, 1, 1.0)]
    public void A_timer_follows_the_rate_of_its_node(int numerator, int denominator, double trueSeconds)
    {
        var node = StartTimer(TimeSpan.FromSeconds(1));
        node.Time.SetRate(numerator, denominator);
        _world.RunToEnd();
        Assert.Equal([trueSeconds], _firedSeconds);
    }

    [Theory]
    [InlineData(2, 1, 0.75)]
    [InlineData(1, 2, 1.5)]
    public void A_change_of_rate_moves_timers_that_are_under_way(int numerator, int denominator, double trueSeconds)
    {
        var node = StartTimer(TimeSpan.FromSeconds(1));
        _world.After(TimeSpan.FromMilliseconds(500), () => node.Time.SetRate(numerator, denominator));
        _world.RunToEnd();
        Assert.Equal([trueSeconds], _firedSeconds);
    }

    [Fact]
    public void Elapsed_time_is_measured_at_the_rate_of_the_node()
    {
        var node = StartTimer(Timeout.InfiniteTimeSpan);
        node.Time.SetRate(3, 2);
        var before = node.Time.GetTimestamp();
        _world.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(3), node.Time.GetElapsedTime(before));
        Assert.Equal(10_000_000, node.Time.TimestampFrequency);
    }

    [Fact]
    public void A_wall_jump_moves_neither_time_stamps_nor_timers()
    {
        var node = StartTimer(TimeSpan.FromSeconds(1));
        var stamp = node.Time.GetTimestamp();
        var wall = node.Time.GetUtcNow();
        node.Time.JumpWall(TimeSpan.FromDays(-3));
        Assert.Equal(TimeSpan.FromDays(-3), node.Time.GetUtcNow() - wall);
        Assert.Equal(stamp, node.Time.GetTimestamp());
        _world.RunToEnd();
        Assert.Equal([1.0], _firedSeconds);
    }

    [Fact]
    public void A_timer_that_is_moved_fires_once_at_the_last_time_given()
    {
        var node = _world.AddNode("n1", platform =>
        {
            var timer = platform.Time.CreateTimer(
                _ => Fired(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            timer.Change(TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
            timer.Change(TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
            timer.Change(TimeSpan.FromSeconds(0.5), Timeout.InfiniteTimeSpan);
            timer.Change(TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        });
        node.Start();
        _world.RunToEnd();
        Assert.Equal([2.0], _firedSeconds);
    }

    [Fact]
    public void A_timer_that_is_stopped_or_disposed_does_not_fire_and_leaves_no_work()
    {
        var node = _world.AddNode("n1", platform =>
        {
            var stopped = platform.Time.CreateTimer(
                _ => Fired(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            var disposed = platform.Time.CreateTimer(
                _ => Fired(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
            disposed.Dispose();
            Assert.False(disposed.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        });
        node.Start();
        _world.RunToEnd();
        Assert.Null(_world.Failure);
        Assert.Empty(_firedSeconds);
        Assert.Equal(TimeSpan.Zero, _world.Now);
    }

    [Fact]
    public void A_periodic_timer_fires_at_every_period()
    {
        var node = _world.AddNode("n1", platform => platform.Time.CreateTimer(
            _ => Fired(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.25)));
        node.Start();
        _world.RunFor(TimeSpan.FromSeconds(1.6));
        Assert.Equal([1.0, 1.25, 1.5], _firedSeconds);
    }

    [Fact]
    public void A_cancellation_source_with_a_time_out_follows_virtual_time()
    {
        var node = _world.AddNode("n1", platform =>
        {
            var source = new CancellationTokenSource(TimeSpan.FromSeconds(4), platform.Time);
            source.Token.Register(Fired);
        });
        node.Start();
        _world.RunToEnd();
        Assert.Equal([4.0], _firedSeconds);
    }

    [Fact]
    public void Time_stamps_of_two_nodes_are_unrelated_and_survive_a_process_but_not_a_machine()
    {
        var one = StartTimer(Timeout.InfiniteTimeSpan);
        var two = _world.AddNode("n2", _ => { });
        two.Start();
        Assert.NotEqual(one.Time.GetTimestamp(), two.Time.GetTimestamp());

        var before = one.Time.GetTimestamp();
        one.Crash(isPowerLoss: false);
        one.Start();
        Assert.Equal(before, one.Time.GetTimestamp());
        one.Crash(isPowerLoss: true);
        one.Start();
        Assert.NotEqual(before, one.Time.GetTimestamp());
    }

    [Fact]
    public void A_timer_cannot_be_made_off_the_loop()
    {
        var node = StartTimer(Timeout.InfiniteTimeSpan);
        Assert.Throws<InvalidOperationException>(() =>
            node.Time.CreateTimer(_ => { }, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    private SimNode StartTimer(TimeSpan due)
    {
        var node = _world.AddNode("n1", platform =>
            platform.Time.CreateTimer(_ => Fired(), null, due, Timeout.InfiniteTimeSpan));
        node.Start();
        _world.RunFor(TimeSpan.Zero);
        return node;
    }

    private void Fired() => _firedSeconds.Add(_world.Now.TotalSeconds);
}
