using RaftKv.Client.Threading;
using Xunit;

namespace RaftKv.Scenarios.Node;

public sealed class LoopThreadTests : IDisposable
{
    private readonly TaskCompletionSource<Exception> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LoopThread _loop;

    public LoopThreadTests() => _loop = new LoopThread("test", exception => _failure.SetResult(exception));

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task Posts_of_one_thread_run_in_their_order_on_the_loop()
    {
        var seen = new List<int>();
        for (var i = 0; i < 1000; i++)
            _loop.Post(state => seen.Add(_loop.IsCurrent ? (int)state! : -1), i);
        await _loop.RunAsync(() => { });
        Assert.Equal(Enumerable.Range(0, 1000), seen);
        Assert.False(_loop.IsCurrent);
    }

    [Fact]
    public async Task Posts_of_several_threads_are_all_run_one_at_a_time()
    {
        var count = 0;
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 10_000; i++)
                _loop.Post(_ => count++, null);
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        await _loop.RunAsync(() => { });
        Assert.Equal(40_000, count);
    }

    [Fact]
    public async Task What_is_put_off_to_the_end_of_the_turn_runs_once_after_everything_posted_before_it()
    {
        var seen = new List<string>();
        await _loop.RunAsync(() =>
        {
            _loop.AtEndOfTurn(() => seen.Add("end"));
            seen.Add("turn");
        });
        await _loop.RunAsync(() => seen.Add("next"));
        Assert.Equal(["turn", "end", "next"], seen);
    }

    [Fact]
    public async Task What_came_in_during_a_long_turn_goes_before_the_timers_that_fell_due_in_it()
    {
        var seen = new List<string>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(
            _ =>
            {
                _ = _loop.Timers.CreateTimer(
                    _ =>
                    {
                        seen.Add("timer");
                        done.SetResult();
                    },
                    null, TimeSpan.FromMilliseconds(100), Timeout.InfiniteTimeSpan);
                Thread.Sleep(150);
                _loop.Post(_ => seen.Add("message"), null);
            },
            null);
        await done.Task;
        Assert.Equal(["message", "timer"], seen);
    }

    [Fact]
    public async Task An_await_on_the_loop_resumes_on_the_loop()
    {
        var resumed = await _loop.RunAsync(async () =>
        {
            await Task.Run(() => { });
            await Task.Delay(TimeSpan.FromMilliseconds(1), _loop.Timers);
            return _loop.IsCurrent;
        });
        Assert.True(resumed);
    }

    [Fact]
    public async Task An_exception_that_nothing_catches_stops_the_loop_and_is_reported()
    {
        _loop.Post(_ => throw new InvalidOperationException("broken"), null);
        Assert.Equal("broken", (await _failure.Task).Message);
        Assert.True(_loop.IsStopped);
        _loop.Post(_ => throw new InvalidOperationException("never run"), null);
    }

    [Fact]
    public async Task An_exception_after_an_await_stops_the_loop_as_well()
    {
        _loop.Post(
            async _ =>
            {
                await Task.Yield();
                throw new InvalidOperationException("broken later");
            },
            null);
        Assert.Equal("broken later", (await _failure.Task).Message);
    }

    [Fact]
    public void Nothing_runs_after_stop()
    {
        var ran = false;
        _loop.Post(_ => _loop.Stop(), null);
        _loop.Dispose();
        _loop.Post(_ => ran = true, null);
        Assert.True(_loop.IsStopped);
        Assert.False(ran);
    }
}
