using Microsoft.Extensions.Time.Testing;
using RaftKv.Client.Threading;
using RaftKv.Platform;
using Xunit;

namespace RaftKv.Scenarios.Node;

public sealed class LoopTimersTests
{
    private static readonly TimeSpan _never = Timeout.InfiniteTimeSpan;

    private readonly FakeTimeProvider _time = new();
    private readonly LoopTimers _timers;
    private readonly List<string> _fired = [];

    public LoopTimersTests() => _timers = new LoopTimers(new ThisThread(), _time);

    [Fact]
    public void Timers_fire_in_the_order_in_which_they_fall_due()
    {
        Add("c", 30);
        Add("a", 10);
        Add("b", 10);
        Assert.Equal(10, _timers.MillisecondsUntilDue());
        Advance(30);
        Assert.Equal(["a", "b", "c"], _fired);
        Assert.Equal(-1, _timers.MillisecondsUntilDue());
    }

    [Fact]
    public void A_timer_that_is_put_off_fires_only_at_its_new_time()
    {
        var timer = Add("a", 10);
        timer.Change(Ms(25), _never);
        Advance(10);
        Assert.Empty(_fired);
        Assert.Equal(15, _timers.MillisecondsUntilDue());
        Advance(15);
        Advance(100);
        Assert.Equal(["a"], _fired);
    }

    [Fact]
    public void A_timer_that_is_brought_forward_fires_once()
    {
        var timer = Add("a", 50);
        timer.Change(Ms(5), _never);
        Advance(5);
        Advance(100);
        Assert.Equal(["a"], _fired);
    }

    [Fact]
    public void A_disposed_timer_does_not_fire()
    {
        var timer = Add("a", 10);
        timer.Dispose();
        Assert.False(timer.Change(Ms(1), _never));
        Advance(100);
        Assert.Empty(_fired);
    }

    [Fact]
    public void A_periodic_timer_fires_until_it_is_stopped()
    {
        using var timer = _timers.CreateTimer(_ => _fired.Add("tick"), null, Ms(10), Ms(10));
        for (var i = 0; i < 3; i++)
            Advance(10);
        timer.Change(_never, _never);
        Advance(100);
        Assert.Equal(3, _fired.Count);
    }

    [Fact]
    public void A_callback_may_re_arm_its_own_timer()
    {
        ITimer? timer = null;
        timer = _timers.CreateTimer(
            _ =>
            {
                _fired.Add("again");
                timer!.Change(Ms(7), _never);
            },
            null,
            Ms(7),
            _never);
        Advance(7);
        Advance(6);
        Assert.Single(_fired);
        Advance(1);
        Assert.Equal(2, _fired.Count);
    }

    [Fact]
    public void The_loop_sleeps_whole_milliseconds_and_never_too_short()
    {
        _timers.CreateTimer(_ => { }, null, TimeSpan.FromMicroseconds(1500), _never);
        Assert.Equal(2, _timers.MillisecondsUntilDue());
    }

    private static TimeSpan Ms(int count) => TimeSpan.FromMilliseconds(count);

    private ITimer Add(string name, int dueMs) => _timers.CreateTimer(_ => _fired.Add(name), null, Ms(dueMs), _never);

    private void Advance(int count)
    {
        _time.Advance(Ms(count));
        _timers.RunDue();
    }

    private sealed class ThisThread : NodeLoop
    {
        public override bool IsCurrent => true;

        public override bool IsStopped => false;
    }
}
