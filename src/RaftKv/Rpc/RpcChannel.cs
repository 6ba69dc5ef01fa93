using System.Diagnostics.CodeAnalysis;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Platform;
using RaftKv.Wire;

namespace RaftKv.Rpc;

/// <summary>
/// The client's side of one server's address: many calls in flight on one long connection. A correlation number is
/// never used twice, on this connection or the next, so a late or repeated answer meets no call. On the loop only.
/// </summary>
internal sealed class RpcChannel : IRpcDialerOwner, IDisposable
{
    private readonly NodePlatform _platform;
    private readonly RpcOptions _options;
    private readonly RpcDialer _dialer;
    private readonly FrameWriter _frames;
    private readonly ITimer _timer;
    private readonly Dictionary<ulong, RpcCall> _calls = [];
    private readonly PriorityQueue<ulong, (long Deadline, ulong Correlation)> _deadlines = new();
    private long _timerDue = long.MaxValue;
    private ulong _lastCorrelation;
    private bool _disposed;

    /// <summary>Makes a channel; it connects with the first call.</summary>
    /// <param name="platform">The loop, clock, network and chance to use.</param>
    /// <param name="self">Who calls.</param>
    /// <param name="address">Where the server listens.</param>
    /// <param name="expected">Which server must be there, or <see cref="NodeId.None"/> for any of the cluster.</param>
    /// <param name="options">Limits and times.</param>
    public RpcChannel(NodePlatform platform, RpcIdentity self, string address, NodeId expected, RpcOptions options)
    {
        (_platform, _options) = (platform, options);
        _dialer = new RpcDialer(platform, self, address, expected, options, this);
        _frames = new FrameWriter(options.MaxBodyBytes);
        _timer = platform.Time.CreateTimer(
            _ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the server has welcomed this side and the connection still stands.</summary>
    public bool IsOpen => _dialer.IsReady;

    /// <summary>
    /// Sends a command and waits for the answer, <paramref name="timeout"/>, the connection's end or a cancel.
    /// </summary>
    /// <remarks>While the server has lately been unreachable, the call fails at once: try another server.</remarks>
    /// <exception cref="ArgumentException">The key is not well-formed UTF-16.</exception>
    public Task<RpcResult> CallAsync(KvCommand command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (WhyNotNow(timeout, cancellationToken) is { } failure)
            return Task.FromResult(failure);
        var correlation = ++_lastCorrelation;
        return CommandCodec.TryWrite(_frames, correlation, command, out var frame, out var problem)
            ? Call(correlation, frame, timeout, cancellationToken)
            : Failed(RpcOutcome.TooLarge, problem);
    }

    /// <summary>Sends an administrator's request; as for a command.</summary>
    public Task<RpcResult> CallAsync(
        AdministrationRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (WhyNotNow(timeout, cancellationToken) is { } failure)
            return Task.FromResult(failure);
        var correlation = ++_lastCorrelation;
        var frame = AdministrationCodec.Write(_frames, correlation, request);
        return Call(correlation, frame, timeout, cancellationToken);
    }

    private RpcResult? WhyNotNow(TimeSpan timeout, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        if (cancellationToken.IsCancellationRequested)
            return RpcResult.Failed(RpcOutcome.NotSent, "cancelled before it was sent");
        if (!_dialer.IsUsable)
            return _dialer.LastFailure with { Outcome = NeverSent(_dialer.LastFailure.Outcome) };
        return _calls.Count >= _options.MaxRequestsInFlight
            ? RpcResult.Failed(RpcOutcome.NotSent, $"{_calls.Count} requests are in flight already")
            : null;
    }

    private Task<RpcResult> Call(
        ulong correlation, ReadOnlySpan<byte> frame, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var call = new RpcCall(this, correlation);
        // Known before it is sent: a dial may fail, and end the call, while Send runs.
        _calls.Add(correlation, call);
        if (!_dialer.Send(frame))
            Complete(correlation, RpcResult.Failed(RpcOutcome.NotSent, "the send buffer is full"));
        if (call.Task.IsCompleted)
            return call.Task;
        ExpireAfter(timeout, correlation);
        if (cancellationToken.CanBeCanceled)
            call.Cancellation = cancellationToken.UnsafeRegister(static call => ((RpcCall)call!).Cancel(), call);
        return call.Task;
    }

    /// <inheritdoc/>
    public void Received(in Frame frame)
    {
        string? error = null;
        switch (frame.Kind)
        {
            case FrameKind.Response:
                if (ReplyCodec.TryRead(frame.Body, out var reply, out error))
                    Complete(frame.Correlation, RpcResult.Replied(reply));
                break;
            case FrameKind.Rejection:
                if (ReplyCodec.TryReadRejection(frame.Body, out var reason, out error))
                    Complete(frame.Correlation, RpcResult.Failed(RpcOutcome.Rejected, reason));
                break;
            case FrameKind.HelloReply:
                break;
            default:
                error = $"a server sent a {frame.Kind}";
                break;
        }
        if (error is not null)
            _dialer.Abandon(error);
    }

    /// <inheritdoc/>
    public bool Wants(ulong correlation) => _calls.ContainsKey(correlation);

    /// <inheritdoc/>
    public void Lost(in RpcResult failure)
    {
        var lost = _calls.ToArray();
        _calls.Clear();
        _deadlines.Clear();
        Array.Sort(lost, static (left, right) => left.Key.CompareTo(right.Key));
        foreach (var (_, call) in lost)
            call.Complete(failure);
    }

    /// <summary>Closes the connection; unanswered calls end as lost.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _dialer.Dispose();
        _timer.Dispose();
        Lost(RpcResult.Failed(RpcOutcome.ConnectionLost, "the channel was closed"));
    }

    private static Task<RpcResult> Failed(RpcOutcome outcome, string reason) =>
        Task.FromResult(RpcResult.Failed(outcome, reason));

    /// <summary>What the failure of an earlier connection means for a call that came after it.</summary>
    private static RpcOutcome NeverSent(RpcOutcome outcome) =>
        outcome == RpcOutcome.Refused ? RpcOutcome.Refused : RpcOutcome.NotSent;

    private void Complete(ulong correlation, in RpcResult result)
    {
        if (_calls.Remove(correlation, out var call))
            call.Complete(result);
    }

    private void Cancel(ulong correlation)
    {
        if (_platform.Loop.IsCurrent)
            Complete(correlation, RpcResult.Failed(RpcOutcome.Cancelled, "the caller cancelled"));
        else
            _platform.Loop.Post(_ => Cancel(correlation), null);
    }

    private void ExpireAfter(TimeSpan timeout, ulong correlation)
    {
        var deadline = Deadline.After(_platform.Time, timeout);
        _deadlines.Enqueue(correlation, (deadline, correlation));
        if (deadline < _timerDue)
            SetTimer(deadline);
    }

    private void OnTimer()
    {
        _timerDue = long.MaxValue;
        var now = _platform.Time.GetTimestamp();
        while (TryPeekDeadline(out var correlation, out var deadline))
        {
            if (deadline > now)
            {
                SetTimer(deadline);
                return;
            }
            _deadlines.Dequeue();
            // Before the welcome it has not been sent, and will not be: see Wants.
            Complete(correlation, IsOpen
                ? RpcResult.Failed(RpcOutcome.TimedOut, "no answer in time")
                : RpcResult.Failed(RpcOutcome.NotSent, "no welcome in time"));
        }
    }

    /// <summary>Finds the earliest deadline of a call that still waits.</summary>
    private bool TryPeekDeadline(out ulong correlation, out long deadline)
    {
        while (_deadlines.TryPeek(out correlation, out var key))
        {
            deadline = key.Deadline;
            if (_calls.ContainsKey(correlation))
                return true;
            _deadlines.Dequeue();
        }
        deadline = 0;
        return false;
    }

    private void SetTimer(long deadline)
    {
        _timerDue = deadline;
        _timer.Change(Deadline.Until(_platform.Time, deadline), Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// One call. Its continuation runs inside <see cref="Complete"/> when it waits on the loop, so completing is always
    /// the last thing done with a call.
    /// </summary>
    [SuppressMessage("Design", "CA1001", Justification = "The registration is released on completion.")]
    private sealed class RpcCall(RpcChannel channel, ulong correlation)
    {
        private readonly TaskCompletionSource<RpcResult> _completion = new();

        public CancellationTokenRegistration Cancellation { get; set; }

        public Task<RpcResult> Task => _completion.Task;

        public void Cancel() => channel.Cancel(correlation);

        public void Complete(in RpcResult result)
        {
            Cancellation.Unregister();
            _completion.SetResult(result);
        }
    }
}
