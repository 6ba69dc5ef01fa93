using RaftKv.Diagnostics;
using RaftKv.Platform;
using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Sim;

public class SchedulerTests
{
    private readonly SimWorld _world = new(seed: 1);
    private readonly List<string> _log = [];

    [Fact]
    public void Events_of_one_time_run_in_the_order_of_scheduling_and_posts_before_them()
    {
        var node = StartNode("n1");
        for (var i = 0; i < 3; i++)
        {
            var number = i;
            _world.After(TimeSpan.FromSeconds(1), () =>
            {
                _log.Add($"event {number}");
                node.Post(() => _log.Add($"post {number}"));
            });
        }

        _world.RunToEnd();
        Assert.Equal(["event 0", "post 0", "event 1", "post 1", "event 2", "post 2"], _log);
        Assert.Equal(TimeSpan.FromSeconds(1), _world.Now);
    }

    [Fact]
    public void An_await_resumes_on_the_loop_it_left()
    {
        StartNode("n1", async platform =>
        {
            for (var i = 0; i < 3; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), platform.Time);
                Assert.True(platform.Loop.IsCurrent);
                Assert.Same(platform.Loop, SynchronizationContext.Current);
                _log.Add($"{_world.Now.TotalMilliseconds}");
            }
        });
        _world.RunToEnd();
        Assert.Null(_world.Failure);
        Assert.Equal(["10", "20", "30"], _log);
    }

    [Fact]
    public void A_crash_drops_posts_timers_and_whatever_waits_for_them()
    {
        var node = StartNode("n1", async platform =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), platform.Time);
            _log.Add("after the crash");
        });
        _world.After(TimeSpan.FromMilliseconds(500), () =>
        {
            node.Post(() => _log.Add("posted before the crash"));
            node.Crash(isPowerLoss: false);
        });
        _world.RunToEnd();
        Assert.Empty(_log);
        Assert.False(node.IsRunning);
        Assert.Equal(TimeSpan.FromMilliseconds(500), _world.Now);
    }

    [Fact]
    public void A_restart_boots_a_new_incarnation_on_a_new_loop()
    {
        var loops = new List<NodeLoop>();
        var node = StartNode("n1", platform => loops.Add(platform.Loop));
        _world.RunToEnd();
        node.Crash(isPowerLoss: true);
        node.Start();
        _world.RunToEnd();
        Assert.Equal(2, loops.Distinct().Count());
        Assert.True(loops[0].IsStopped);
        Assert.Equal(2, node.Generation);
    }

    [Fact]
    public void A_paused_node_does_everything_late_and_in_order()
    {
        var node = StartNode("n1", async platform =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), platform.Time);
            _log.Add($"timer at {_world.Now.TotalSeconds}");
        });
        _world.RunFor(TimeSpan.FromMilliseconds(100));
        node.Pause();
        node.Post(() => _log.Add("post"));
        _world.After(TimeSpan.FromSeconds(3), node.Resume);
        _world.RunFor(TimeSpan.FromSeconds(2));
        Assert.Empty(_log);
        _world.RunToEnd();
        Assert.Equal(["post", "timer at 3.1"], _log);
    }

    [Fact]
    public void A_crash_while_paused_drops_what_was_held()
    {
        var node = StartNode("n1");
        _world.RunFor(TimeSpan.FromSeconds(1));
        node.Pause();
        node.Post(() => _log.Add("held"));
        _world.RunFor(TimeSpan.FromSeconds(1));
        node.Crash(isPowerLoss: false);
        node.Start();
        _world.RunToEnd();
        Assert.Empty(_log);
    }

    [Fact]
    public void An_exception_on_a_loop_fails_the_seed_and_names_the_node()
    {
        StartNode("n1");
        var node = StartNode("n2", async platform =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), platform.Time);
            throw new IOException("broken");
        });
        _world.After(TimeSpan.FromSeconds(2), () => _log.Add("later"));
        _world.RunToEnd();
        Assert.Equal("n2", _world.Failure!.Node);
        Assert.IsType<IOException>(_world.Failure.Cause);
        Assert.Equal(TimeSpan.FromSeconds(1), new TimeSpan(_world.Failure.AtTicks));
        Assert.Empty(_log);
    }

    [Fact]
    public void A_fault_handler_may_turn_an_exception_into_a_crash()
    {
        var node = _world.AddNode("n1", _ => throw new IOException("broken"));
        node.FaultHandler = exception =>
        {
            _log.Add(exception.Message);
            node.Crash(isPowerLoss: false);
            return true;
        };
        node.Start();
        _world.RunToEnd();
        Assert.Null(_world.Failure);
        Assert.Equal(["broken"], _log);
        Assert.False(node.IsRunning);
    }

    [Fact]
    public void A_violated_invariant_fails_the_seed_whatever_the_fault_handler_says()
    {
        var node = _world.AddNode("n1", _ => throw new InvariantViolationException("log matching", "1 != 2"));
        node.FaultHandler = _ => true;
        node.Start();
        _world.RunToEnd();
        Assert.Equal("log matching", _world.Failure!.Property);
    }

    [Fact]
    public void A_condition_ends_a_run_between_two_callbacks()
    {
        var node = StartNode("n1");
        for (var i = 0; i < 5; i++) node.Post(() => _log.Add("post"));
        Assert.True(_world.RunUntil(() => _log.Count == 3, TimeSpan.FromSeconds(1)));
        Assert.Equal(3, _log.Count);
        Assert.False(_world.RunUntil(() => _log.Count == 9, TimeSpan.FromSeconds(1)));
        Assert.Equal(TimeSpan.FromSeconds(1), _world.Now);
    }

    [Fact]
    public void Nothing_is_scheduled_in_the_past()
    {
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _world.After(TimeSpan.FromTicks(-1), () => { }));
    }

    private SimNode StartNode(string name, Action<NodePlatform>? boot = null)
    {
        var node = _world.AddNode(name, boot ?? (_ => { }));
        node.Start();
        return node;
    }
}
