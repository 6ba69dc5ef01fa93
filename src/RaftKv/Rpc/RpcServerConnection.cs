using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Platform;
using RaftKv.Wire;

namespace RaftKv.Rpc;

/// <summary>
/// One accepted connection. Nothing but a hello is taken from a stranger; one who is refused is told why and given time
/// to read it, because closing at once may throw the reason away.
/// </summary>
internal sealed class RpcServerConnection : IConnectionHandler, IDisposable
{
    private readonly RpcServer _server;
    private readonly IConnection _connection;
    private readonly long _number;
    private readonly FrameReader _reader = new(Hello.MaxBodyBytes);
    private readonly ITimer _strangerTimer;
    private Hello? _peer;
    private ulong _lastRequest;
    private int _unanswered;
    private bool _refused;
    private bool _closed;

    public RpcServerConnection(RpcServer server, IConnection connection, long number)
    {
        (_server, _connection, _number) = (server, connection, number);
        _strangerTimer = server.Platform.Time.CreateTimer(
            _ => OnStrangerTimer(), null, server.Options.ConnectTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Received(ReadOnlySpan<byte> bytes)
    {
        while (!_refused && !_closed && _reader.TryRead(ref bytes, out var frame))
        {
            if (Take(frame) is { } error)
                Fail(error);
        }
        if (!_closed && _reader.Error is { } broken)
            Fail(broken);
    }

    /// <inheritdoc/>
    public void Closed(string reason)
    {
        RpcLog.Gone(_server.Logger, _connection.RemoteAddress, reason);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_closed)
            return;
        _closed = true;
        _strangerTimer.Dispose();
        _connection.Dispose();
        _server.Forget(_number);
    }

    internal void Answer(ulong correlation, KvReply reply, bool isRead)
    {
        _unanswered--;
        if (_closed)
            return;
        try
        {
            Send(ReplyCodec.Write(_server.Frames, correlation, reply));
        }
        catch (FrameTooLargeException tooLarge)
        {
            // A write may have been applied, and its result be too large only here.
            var status = isRead ? KvStatus.Rejected : KvStatus.Unknown;
            var detail = $"no answer holds the result: {tooLarge.Message}";
            Send(ReplyCodec.Write(_server.Frames, correlation, new KvReply(status, detail)));
        }
    }

    /// <returns>What is wrong with the frame, or <see langword="null"/>.</returns>
    private string? Take(in Frame frame) => (frame.Kind, _peer) switch
    {
        (FrameKind.Hello, null) => Meet(frame),
        (FrameKind.Hello, _) => null,
        (_, null) => $"a {frame.Kind} came before a hello",
        (FrameKind.Request or FrameKind.Administration, _) => TakeRequest(frame),
        (FrameKind.PeerMessage, var peer) => TakeMessage(frame, peer),
        _ => $"a dialler sent a {frame.Kind}",
    };

    private string? Meet(in Frame frame)
    {
        if (!Hello.TryRead(frame.Body, out var hello, out var error))
            return error;
        // Closed without a word, as a refusal is for good.
        if (hello.From == NodeId.None && _server.IsFull)
            return $"more than {_server.Options.MaxConnections} connections are open";
        var refusal = (_server.Self with { Founding = _server.Handler.Founding }).WhyRefuse(hello);
        Send(Hello.WriteReply(_server.Frames, refusal));
        if (refusal is not null)
        {
            _refused = true;
            _server.Refusals.Add(_connection.RemoteAddress, refusal);
            return null;
        }
        _peer = hello;
        _reader.MaxBodyBytes = _server.Options.MaxBodyBytes;
        _strangerTimer.Dispose();
        return null;
    }

    private string? TakeRequest(in Frame frame)
    {
        // Of a repeated request one answer counts, so one attempt is all there may be: a second one that is refused
        // must not stand for the first one's fate. Callers number their requests upwards.
        if (frame.Correlation <= _lastRequest)
            return null;
        _lastRequest = frame.Correlation;
        string? rejection;
        if (_unanswered >= _server.Options.MaxRequestsInFlight)
        {
            rejection = $"{_unanswered} requests of this connection are unanswered";
        }
        else if (frame.Kind == FrameKind.Administration)
        {
            if (AdministrationCodec.TryRead(frame.Body, out var request, out rejection))
            {
                _unanswered++;
                _server.Handler.OnAdministration(request, new RpcReply(this, frame.Correlation));
                return null;
            }
        }
        else if (CommandCodec.TryRead(frame.Body, out var command, out rejection))
        {
            _unanswered++;
            _server.Handler.OnCommand(
                command, new RpcReply(this, frame.Correlation, command.Request.IsReadOnly));
            return null;
        }
        Send(ReplyCodec.WriteRejection(_server.Frames, frame.Correlation, rejection));
        return null;
    }

    private string? TakeMessage(in Frame frame, Hello peer)
    {
        if (!MessageCodec.TryRead(frame.Body, out var message, out var error))
            return error;
        if (message.From != peer.From || message.To != _server.Self.Node)
            return $"{peer.From} sent a message from {message.From} to {message.To}";
        _server.Handler.OnMessage(message, peer.Address);
        return null;
    }

    private void Send(ReadOnlySpan<byte> frame)
    {
        if (!_connection.Send(frame) && !_closed)
            Fail("it does not read what is sent to it");
    }

    private void Fail(string reason)
    {
        // Whoever finds the port can fail as a stranger, as often as he likes.
        if (_peer is null)
            _server.Refusals.Add(_connection.RemoteAddress, reason);
        else
            RpcLog.ClosedOnError(_server.Logger, _connection.RemoteAddress, reason);
        Dispose();
    }

    private void OnStrangerTimer()
    {
        if (_refused)
            Dispose();
        else
            Fail($"no hello within {_server.Options.ConnectTimeout.TotalMilliseconds} ms");
    }
}
