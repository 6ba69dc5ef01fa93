using System.Net.Sockets;
using RaftKv.Platform;

namespace RaftKv.Client.Sockets;

/// <summary>Accepts connections until it is disposed.</summary>
internal sealed class SocketListener(SocketNetwork network, Socket socket, Action<IConnection> accept) : IDisposable
{
    /// <summary>How long to wait when the system is out of handles, or the like.</summary>
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private bool _disposed;

    /// <summary>Where it listens, with the real port if port 0 was asked for.</summary>
    public string LocalAddress { get; } = socket.LocalEndPoint!.ToString()!;

    /// <summary>Starts accepting.</summary>
    public async void Start(TimeProvider time)
    {
        while (!_disposed)
        {
            Socket? accepted = null;
            try
            {
                accepted = await socket.AcceptAsync();
                if (!_disposed && network.HasRoomFor(accepted))
                {
                    accept(network.Adopt(accepted));
                    continue;
                }

                accepted.Dispose();
                if (!_disposed)
                    network.AcceptFailed(LocalAddress, "this process has hardly any file handles left");
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                accepted?.Dispose();
                if (_disposed)
                    return;
                network.AcceptFailed(LocalAddress, exception.Message);
                await Task.Delay(_pauseAfterFailure, time);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        socket.Dispose();
        network.Forget(this);
    }
}
