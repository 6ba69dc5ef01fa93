using RaftKv.Platform;

namespace RaftKv.Scenarios.Node;

/// <summary>Lets a test do something on a loop and wait for it.</summary>
internal static class LoopRun
{
    public static Task RunAsync(this NodeLoop loop, Action action) => loop.RunAsync(() =>
    {
        action();
        return Task.FromResult(true);
    });

    public static Task<T> RunAsync<T>(this NodeLoop loop, Func<Task<T>> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(
            async _ =>
            {
                try
                {
                    done.SetResult(await action());
                }
                catch (Exception exception)
                {
                    done.SetException(exception);
                }
            },
            null);
        return done.Task;
    }
}
