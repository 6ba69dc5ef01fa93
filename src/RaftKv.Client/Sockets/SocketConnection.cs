using System.Net.Sockets;
using RaftKv.Client.Threading;
using RaftKv.Platform;

namespace RaftKv.Client.Sockets;

/// <summary>
/// A TCP connection, accepted or dialled. One receive and one send are on the way at a time. A receive is asked for
/// when the bytes before it have been handled, so a slow loop slows its peers down; sends gather until the end of the
/// turn.
/// </summary>
internal sealed class SocketConnection : IConnection
{
    /// <summary>Taken from a socket at once; one buffer of this size per connection.</summary>
    private const int ReceiveBufferBytes = 64 * 1024;

    private readonly LoopThread _loop;
    private readonly SocketNetwork _network;
    private readonly Socket _socket;
    private readonly SocketSendQueue _unsent;
    private readonly SocketAsyncEventArgs _receive = new(true);
    private readonly SocketAsyncEventArgs _send = new(true);
    private readonly SendOrPostCallback _onReceived;
    private readonly SendOrPostCallback _onSent;
    private readonly Action _flush;
    private IConnectionHandler? _handler;
    private bool _flushing;
    private bool _sending;
    private bool _closed;

    public SocketConnection(LoopThread loop, SocketNetwork network, Socket socket, int maxUnsentBytes)
    {
        _loop = loop;
        _network = network;
        _socket = socket;
        _unsent = new SocketSendQueue(maxUnsentBytes);
        RemoteAddress = socket.RemoteEndPoint?.ToString() ?? "an unknown peer";
        _onReceived = _ => OnReceived();
        _onSent = _ => OnSent();
        _flush = Flush;
        _receive.SetBuffer(new byte[ReceiveBufferBytes]);
        _receive.Completed += (_, _) => _loop.Post(_onReceived, null);
        _send.Completed += (_, _) => _loop.Post(_onSent, null);
    }

    /// <inheritdoc/>
    public string RemoteAddress { get; }

    /// <inheritdoc/>
    public void Start(IConnectionHandler handler)
    {
        _handler = handler;
        Receive();
    }

    /// <inheritdoc/>
    public bool Send(ReadOnlySpan<byte> frames)
    {
        if (_closed || !_unsent.TryAdd(frames))
            return false;
        if (!_flushing)
        {
            _flushing = true;
            _loop.AtEndOfTurn(_flush);
        }
        return true;
    }

    /// <summary>Hands what is queued to the system, as far as it takes it at once, and closes.</summary>
    public void Dispose()
    {
        if (_closed)
            return;
        if (!_sending && _unsent.TryTake(out var last))
        {
            _socket.Blocking = false;
            _socket.Send(last.Span, SocketFlags.None, out _);
        }
        Release();
    }

    private void Receive()
    {
        if (_closed)
            return;
        if (!_socket.ReceiveAsync(_receive))
            _loop.Post(_onReceived, null);
    }

    private void OnReceived()
    {
        if (_closed)
            return;
        if (_receive.SocketError != SocketError.Success)
        {
            Close(Describe(_receive.SocketError));
        }
        else if (_receive.BytesTransferred == 0)
        {
            Close("the peer closed the connection");
        }
        else
        {
            _handler!.Received(_receive.MemoryBuffer.Span[.._receive.BytesTransferred]);
            Receive();
        }
    }

    private void Flush()
    {
        while (!_closed && _unsent.TryTake(out var bytes))
        {
            _send.SetBuffer(bytes);
            _sending = _socket.SendAsync(_send);
            if (_sending || !Sent())
                return;
        }
        _flushing = false;
    }

    private void OnSent()
    {
        _sending = false;
        if (!_closed && Sent())
            Flush();
    }

    private bool Sent()
    {
        if (_send.SocketError != SocketError.Success)
        {
            Close(Describe(_send.SocketError));
            return false;
        }
        _unsent.Sent(_send.BytesTransferred);
        return true;
    }

    private void Close(string reason)
    {
        Release();
        _handler?.Closed(reason);
    }

    private void Release()
    {
        _closed = true;
        _network.Forget(this);
        _socket.Dispose();
        _receive.Dispose();
        _send.Dispose();
    }

    private static string Describe(SocketError error) => new SocketException((int)error).Message;
}
