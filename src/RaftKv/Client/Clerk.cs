using RaftKv.KeyValue;
using RaftKv.Platform;

namespace RaftKv.Client;

/// <summary>
/// A client of the key-value store. It finds the leader, retries until there is an answer, and never lets a write be
/// applied twice. Any number of calls from any thread may run at once.
/// </summary>
/// <remarks>
/// Every operation throws: <see cref="ArgumentException"/> for a key or value that cannot be sent,
/// <see cref="KvRejectedException"/> for a command beyond the servers' limits, <see cref="ClerkUnavailableException"/>
/// when time ran out, <see cref="ClerkRefusedException"/> when every server turned it away,
/// <see cref="OperationCanceledException"/> when cancelled, <see cref="ObjectDisposedException"/>.
/// After each of these a write was not and will not be applied. When that is not certain, it throws
/// <see cref="ClerkOutcomeUnknownException"/> instead.
/// </remarks>
public sealed partial class Clerk : IAsyncDisposable
{
    private readonly NodePlatform _platform;
    private readonly ClerkOptions _options;
    private readonly KnownServers _servers;
    private readonly ChannelPool _channels;
    private readonly LeaderCache _leader;
    private readonly ClerkSessions _sessions = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly IAsyncDisposable? _owned;
    private long _lastOperation;

    /// <summary>Makes a Clerk; it connects with the first operation.</summary>
    /// <param name="platform">What it runs on.</param>
    /// <param name="options">How it works.</param>
    /// <param name="owned">What to dispose with it, such as the platform's loop.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public Clerk(NodePlatform platform, ClerkOptions options, IAsyncDisposable? owned = null)
        : this(platform, options, static (platform, address, options) => new RpcKvChannel(platform, address, options))
        => _owned = owned;

    internal Clerk(
        NodePlatform platform, ClerkOptions options, Func<NodePlatform, string, ClerkOptions, IKvChannel> open)
    {
        options.Validate();
        _platform = options.Time is { } time ? platform with { Time = time } : platform;
        _options = options;
        _servers = new KnownServers(options.Endpoints);
        _channels = new ChannelPool(_servers, address => open(_platform, address, options));
        _leader = new LeaderCache(_servers);
    }

    /// <summary>
    /// Ends all operations and closes the connections, once. Comes too late when the loop has stopped.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_platform.Loop.IsStopped) return;
            await OnLoopAsync<object?>(() =>
            {
                _closing.Cancel();
                _channels.Dispose();
                return Task.FromResult<object?>(null);
            });
            if (_owned is not null) await _owned.DisposeAsync();
        }
        catch (ObjectDisposedException)
        {
            // Another thread has disposed it meanwhile.
        }
        finally
        {
            // What was on its way to the loop when that stopped never arrived there.
            if (_platform.Loop.IsStopped) _ended.Cancel();
        }
    }

    private Task<KvResult> ExecuteAsync(
        KvRequest request, CancellationToken cancellationToken, ReadOptions? reads = null)
    {
        RequireSendable(request);
        var chosen = request.IsReadOnly ? reads ?? _options.Reads : null;
        return _platform.Loop.IsCurrent
            ? RunAsync(request, chosen, cancellationToken)
            : FromElsewhereAsync(request, chosen, cancellationToken);
    }

    private Task<KvResult> FromElsewhereAsync(
        KvRequest request, ReadOptions? reads, CancellationToken cancellationToken) =>
        OnLoopAsync(() => RunAsync(request, reads, cancellationToken));

    private Task<KvResult> RunAsync(KvRequest request, ReadOptions? reads, CancellationToken cancellationToken) =>
        RunAsync(
            new ClerkOperation(++_lastOperation, request)
            {
                Consistency = reads?.Consistency ?? ReadConsistency.Log,
                Servers = reads?.Servers,
            },
            cancellationToken);

    /// <summary>Runs on the loop, at once if that is where the caller is; the caller resumes where it was.</summary>
    private Task<T> OnLoopAsync<T>(Func<Task<T>> run)
    {
        ObjectDisposedException.ThrowIf(_platform.Loop.IsStopped, this);
        if (_platform.Loop.IsCurrent) return run();
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = _ended.Token.UnsafeRegister(
            _ => completion.TrySetException(new ObjectDisposedException(nameof(Clerk))), null);
        _platform.Loop.Post(
            async void (_) =>
            {
                try
                {
                    completion.TrySetResult(await run());
                }
                catch (OperationCanceledException exception)
                {
                    completion.TrySetCanceled(exception.CancellationToken);
                }
                catch (Exception exception)
                {
                    completion.TrySetException(exception);
                }
                finally
                {
                    ended.Dispose();
                }
            },
            null);
        return completion.Task;
    }
}
