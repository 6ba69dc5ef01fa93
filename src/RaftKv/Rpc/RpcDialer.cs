using Microsoft.Extensions.Logging;
using RaftKv.Consensus;
using RaftKv.Diagnostics;
using RaftKv.Platform;
using RaftKv.Wire;

namespace RaftKv.Rpc;

/// <summary>
/// Keeps one outbound connection: dials when there is something to send, introduces itself, and after a failure waits
/// longer each time. There is no timer for the wait: the first frame after it dials again.
/// </summary>
internal sealed class RpcDialer : IConnectionHandler, IDisposable
{
    private readonly NodePlatform _platform;
    private readonly RpcIdentity _self;
    private readonly string _address;
    private readonly NodeId _expected;
    private readonly RpcOptions _options;
    private readonly IRpcDialerOwner _owner;
    private readonly ILogger _logger;
    private readonly ITimer _connectTimer;
    private readonly Backoff _backoff;
    private CancellationTokenSource? _dialling;
    private IConnection? _connection;
    private FrameReader _reader = new(Hello.MaxBodyBytes);
    private byte[] _waiting = [];
    private int _waitingBytes;
    private long _retryAt;
    private RpcResult _lastFailure;
    private bool _disposed;

    public RpcDialer(
        NodePlatform platform,
        RpcIdentity self,
        string address,
        NodeId expected,
        RpcOptions options,
        IRpcDialerOwner owner)
    {
        (_platform, _self, _address, _expected) = (platform, self, address, expected);
        (_options, _owner) = (options, owner);
        _logger = platform.Logging.CreateLogger<RpcDialer>();
        _backoff = new Backoff(options.MinBackoff, options.MaxBackoff, platform.Entropy);
        _retryAt = platform.Time.GetTimestamp();
        _connectTimer = platform.Time.CreateTimer(
            _ => Fail($"no welcome within {_options.ConnectTimeout.TotalMilliseconds} ms"),
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the peer has welcomed this connection.</summary>
    public bool IsReady { get; private set; }

    /// <summary>
    /// Whether <see cref="Send"/> has a chance: false between a failure and the end of the wait after it.
    /// </summary>
    public bool IsUsable =>
        !_disposed && (IsReady || _dialling is not null || _connection is not null
            || _platform.Time.GetTimestamp() >= _retryAt);

    /// <summary>Why the last connection failed; meaningful while not <see cref="IsUsable"/>.</summary>
    public RpcResult LastFailure => _lastFailure;

    /// <summary>Sends a frame, or keeps it for the connection that is being made.</summary>
    /// <returns><see langword="false"/> when it will certainly not be sent.</returns>
    public bool Send(ReadOnlySpan<byte> frame)
    {
        if (IsReady)
            return _connection!.Send(frame);
        if (!IsUsable || (_waitingBytes > 0 && _waitingBytes + frame.Length > _options.MaxWaitingBytes))
            return false;
        if (_waitingBytes + frame.Length > _waiting.Length)
            Array.Resize(ref _waiting, Math.Max(_waitingBytes + frame.Length, _waiting.Length * 2));
        frame.CopyTo(_waiting.AsSpan(_waitingBytes));
        _waitingBytes += frame.Length;
        if (_dialling is null && _connection is null)
            Dial();
        return true;
    }

    /// <summary>Closes the connection, for a reason that the owner found.</summary>
    public void Abandon(string reason) => Fail(reason);

    /// <inheritdoc/>
    public void Received(ReadOnlySpan<byte> bytes)
    {
        var connection = _connection;
        while (_reader.TryRead(ref bytes, out var frame))
        {
            if (IsReady)
                _owner.Received(frame);
            else
                Greeted(frame);
            if (_connection != connection)
                return;
        }
        if (_reader.Error is { } error)
            Fail(error);
    }

    /// <inheritdoc/>
    public void Closed(string reason) => Fail(reason);

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        Reset();
        _connectTimer.Dispose();
    }

    private async void Dial()
    {
        using var dialling = new CancellationTokenSource();
        _dialling = dialling;
        _connectTimer.Change(_options.ConnectTimeout, Timeout.InfiniteTimeSpan);
        var (connection, problem) = await _platform.Network.ConnectAsync(_address, dialling.Token);
        if (_dialling != dialling)
        {
            connection?.Dispose();
            return;
        }
        _dialling = null;
        if (connection is null)
        {
            Fail($"it cannot be reached: {problem}");
            return;
        }
        _connection = connection;
        _reader = new FrameReader(Hello.MaxBodyBytes);
        connection.Start(this);
        if (_connection == connection)
            connection.Send(_self.Introduce(_expected).Write(new FrameWriter()));
    }

    private void Greeted(in Frame frame)
    {
        string? refusal = null;
        var error = frame.Kind == FrameKind.HelloReply
            ? Hello.TryReadReply(frame.Body, out refusal, out var malformed) ? null : malformed
            : $"a {frame.Kind} came before the welcome";
        if (error is not null)
            Fail(error);
        else if (refusal is not null)
            Fail(refusal, RpcOutcome.Refused);
        else
            Welcomed();
    }

    private void Welcomed()
    {
        IsReady = true;
        _backoff.Reset();
        _reader.MaxBodyBytes = _options.MaxBodyBytes;
        _connectTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        RpcLog.Connected(_logger, _address);
        var waiting = _waiting.AsSpan(0, DropUnwanted());
        (_waiting, _waitingBytes) = ([], 0);
        if (waiting.Length == 0 || _connection!.Send(waiting))
            return;
        IsReady = false;
        Fail("its send buffer does not hold what waited for the connection");
    }

    /// <returns>How many bytes of frames are left in front.</returns>
    private int DropUnwanted()
    {
        var kept = 0;
        for (var next = 0; next < _waitingBytes;)
        {
            var frame = _waiting.AsSpan(next, _waitingBytes - next);
            _ = Frame.CheckHeader(frame, int.MaxValue, out var bodyBytes);
            frame = frame[..(Frame.HeaderBytes + bodyBytes)];
            next += frame.Length;
            if (!Frame.TryOpen(frame, out var opened))
                throw new InvariantViolationException("frames wait as they were written", $"kind {opened.Kind}");
            if (!_owner.Wants(opened.Correlation))
                continue;
            frame.CopyTo(_waiting.AsSpan(kept));
            kept += frame.Length;
        }

        return kept;
    }

    private void Fail(string reason, RpcOutcome outcome = RpcOutcome.NotSent)
    {
        if (IsReady)
            outcome = RpcOutcome.ConnectionLost;
        Reset();
        _retryAt = Deadline.After(_platform.Time, _backoff.Next());
        _lastFailure = RpcResult.Failed(outcome, reason);
        RpcLog.ConnectionFailed(_logger, _address, reason);
        _owner.Lost(_lastFailure);
    }

    private void Reset()
    {
        IsReady = false;
        (_waiting, _waitingBytes) = ([], 0);
        _connectTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var (connection, dialling) = (_connection, _dialling);
        (_connection, _dialling) = (null, null);
        dialling?.Cancel();
        connection?.Dispose();
    }
}
