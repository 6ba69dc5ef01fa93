using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using RaftKv.Client.Sockets;
using RaftKv.Client.Threading;
using RaftKv.Platform;

namespace RaftKv.Client;

/// <summary>What a Clerk runs on: a loop, sockets, no disk.</summary>
internal sealed class ClientPlatform : IAsyncDisposable
{
    private readonly LoopThread _loop;
    private readonly SocketNetwork _network;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosing;

    public ClientPlatform(ILoggerFactory logging)
    {
        // As any unhandled exception, it ends the process: calls that wait would wait for ever.
        _loop = new LoopThread("clerk", static fault => ExceptionDispatchInfo.Throw(fault));
        _network = new SocketNetwork(_loop, logging.CreateLogger("RaftKv.Sockets"));
        Platform = new NodePlatform(_loop, _loop.Timers, _network, NoDisk.Instance, new OsEntropy(), logging);
    }

    public NodePlatform Platform { get; }

    /// <summary>Any number of threads may call it; who comes later waits for the first.</summary>
    public async ValueTask DisposeAsync()
    {
        // Through the loop, so that what was posted before, such as the ends of operations, still runs.
        if (!Interlocked.Exchange(ref _isClosing, true))
            _loop.Post(
                _ =>
                {
                    _network.Dispose();
                    _closed.SetResult();
                },
                null);
        await _closed.Task;
        _loop.Dispose();
    }

    private sealed class NoDisk : IDisk
    {
        public static readonly NoDisk Instance = new();

        public ValueTask<IReadOnlyList<string>> ListAsync() => throw Absent();

        public ValueTask<IDiskFile> OpenAsync(string name) => throw Absent();

        public ValueTask RenameAsync(string from, string to) => throw Absent();

        public ValueTask DeleteAsync(string name) => throw Absent();

        public ValueTask FlushDirectoryAsync() => throw Absent();

        private static NotSupportedException Absent() => new("A client has no disk.");
    }
}
