using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Sim;

public class EscapeTests
{
    [Fact]
    public void A_continuation_that_comes_back_from_the_thread_pool_fails_the_seed()
    {
        var world = new SimWorld(seed: 1);
        using var hasPosted = new ManualResetEventSlim();
        world.AddNode("n1", platform =>
        {
            ThreadPool.QueueUserWorkItem(_ =>
            {
                platform.Loop.Post(static _ => { }, null);
                hasPosted.Set();
            });
            hasPosted.Wait();
        }).Start();
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal("determinism", world.Failure!.Property);
    }

    [Theory]
    [MemberData(nameof(Escapes))]
    public void The_detector_sees_every_way_to_the_thread_pool(string name, Action escape)
    {
        using var detector = new EscapeDetector();
        var world = new SimWorld(seed: 1, new WorldOptions { EscapeDetector = detector });
        world.AddNode("n1", _ => escape()).Start();
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(world.Failure?.Cause is EscapeException, name);
        Assert.Contains(nameof(EscapeTests), world.Failure.Cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_detector_is_not_disturbed_by_other_threads_nor_by_what_stays_on_the_loop()
    {
        using var detector = new EscapeDetector();
        var world = new SimWorld(seed: 1, new WorldOptions { EscapeDetector = detector });
        using var hasRun = new ManualResetEventSlim();
        var other = new Thread(() => ThreadPool.QueueUserWorkItem(_ => hasRun.Set()));
        world.AddNode("n1", async platform =>
        {
            other.Start();
            hasRun.Wait();
            await Task.Yield();
            await Task.Delay(TimeSpan.FromMilliseconds(10), platform.Time);
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(10), platform.Time);
            var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            source.Token.Register(completion.SetResult);
            await completion.Task;
        }).Start();
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Null(world.Failure);
    }

    [Fact]
    public void A_callback_that_leaves_another_context_behind_fails_the_seed()
    {
        var world = new SimWorld(seed: 1);
        world.AddNode("n1", _ => SynchronizationContext.SetSynchronizationContext(null)).Start();
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.IsType<EscapeException>(world.Failure!.Cause);
    }

    [Fact]
    public void The_context_of_the_caller_is_restored_after_a_run()
    {
        var mine = new SynchronizationContext();
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(mine);
        var world = new SimWorld(seed: 1);
        world.AddNode("n1", _ => { }).Start();
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Same(mine, SynchronizationContext.Current);
        SynchronizationContext.SetSynchronizationContext(before);
    }

    public static TheoryData<string, Action> Escapes() => new()
    {
        { "Task.Run", () => Task.Run(static () => { }) },
        { "Task.Delay without a provider", () => Task.Delay(1) },
        { "a real timer", () => GC.KeepAlive(new Timer(static _ => { }, null, 1, Timeout.Infinite)) },
        { "ConfigureAwait(false)", ResumeAnywhere },
        { "WhenAny over an asynchronous source", AwaitAny },
    };

    private static async void ResumeAnywhere()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        SynchronizationContext.Current!.Post(_ => source.SetResult(), null);
        await source.Task.ConfigureAwait(false);
    }

    private static async void AwaitAny()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        SynchronizationContext.Current!.Post(_ => source.SetResult(), null);
        await Task.WhenAny(source.Task, new TaskCompletionSource().Task);
    }
}
