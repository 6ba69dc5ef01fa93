using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RaftKv.Client;
using RaftKv.Client.Sockets;
using RaftKv.Client.Threading;
using RaftKv.Node.Disk;
using RaftKv.Platform;

namespace RaftKv.Node.Hosting;

/// <summary>
/// What a node runs on outside the simulator: a loop on a thread of its own, this machine's sockets, clock and chance,
/// and one directory, which no other process may use meanwhile.
/// </summary>
public sealed class LocalMachine : IDisposable
{
    private readonly LoopThread _loop;
    private readonly SocketNetwork _network;
    private readonly FileDisk _disk;

    /// <summary>Starts the loop, and takes hold of the directory.</summary>
    /// <param name="name">The name of the loop's thread.</param>
    /// <param name="directory">Where files go; it is made when it is absent.</param>
    /// <param name="logging">Where log messages go; <see langword="null"/>: nowhere.</param>
    /// <param name="failed">
    /// Told of an exception that nothing on the loop has caught, which ends the loop; <see langword="null"/>: it ends
    /// the process, as on any other thread.
    /// </param>
    /// <exception cref="IOException">The directory cannot be used, or another process uses it.</exception>
    public LocalMachine(
        string name, string directory, ILoggerFactory? logging = null, Action<Exception>? failed = null)
    {
        logging ??= NullLoggerFactory.Instance;
        _loop = new LoopThread(name, failed ?? ExceptionDispatchInfo.Throw);
        _network = new SocketNetwork(_loop, logging.CreateLogger("RaftKv.Sockets"));
        try
        {
            _disk = new FileDisk(directory, _loop);
        }
        catch
        {
            _loop.Dispose();
            throw;
        }

        Platform = new NodePlatform(_loop, _loop.Timers, _network, _disk, new OsEntropy(), logging);
    }

    /// <summary>All that a node may ask for. To be used on the loop.</summary>
    public NodePlatform Platform { get; }

    /// <summary>Has something done on the loop. May be called on any thread.</summary>
    /// <returns>Ends when it is done, with what it returned or threw.</returns>
    public async Task<TResult> RunAsync<TResult>(Func<NodePlatform, Task<TResult>> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var done = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(_ => Begin(), null);
        return await done.Task;

        async void Begin()
        {
            try
            {
                done.SetResult(await action(Platform));
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        }
    }

    /// <summary>Stops the loop, closes connections and lets go of the directory.</summary>
    public void Dispose()
    {
        _loop.Dispose();
        _network.Dispose();
        _disk.Dispose();
    }
}
