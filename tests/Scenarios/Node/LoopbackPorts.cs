using System.Net;
using System.Net.Sockets;

namespace RaftKv.Scenarios.Node;

/// <summary>Ports that nobody listens at, below those that the system gives to outgoing connections.</summary>
internal static class LoopbackPorts
{
    /// <summary>The first of <paramref name="count"/> free ports in a row.</summary>
    public static int First(int count)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var first = Random.Shared.Next(10_000, 32_000);
            if (Enumerable.Range(first, count).All(IsFree))
                return first;
        }

        throw new InvalidOperationException($"There are no {count} free ports in a row.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
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
