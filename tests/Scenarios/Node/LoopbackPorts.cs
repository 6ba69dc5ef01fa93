using System.Net;
using System.Net.Sockets;

namespace RaftKv.Scenarios.Node;

/// <summary>
/// Ports that nobody listens at, below those that the system gives to outgoing connections. Each is given out once: as
/// long as this process lives it holds the UDP port of the same number, which keeps tests in other processes away.
/// </summary>
internal static class LoopbackPorts
{
    private static readonly List<Socket> _held = [];

    /// <summary>The first of <paramref name="count"/> free ports in a row.</summary>
    public static int First(int count)
    {
        lock (_held)
        {
            for (var attempt = 0; attempt < 100; attempt++)
            {
                var first = Random.Shared.Next(10_000, 32_000);
                if (Enumerable.Range(first, count).All(IsHeld) && Enumerable.Range(first, count).All(IsFree))
                    return first;
            }
        }

        throw new InvalidOperationException($"There are no {count} free ports in a row.");
    }

    private static bool IsHeld(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        if (!TryBind(socket, port))
        {
            socket.Dispose();
            return false;
        }

        _held.Add(socket);
        return true;
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        return TryBind(socket, port);
    }

    private static bool TryBind(Socket socket, int port)
    {
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
