using System.Net;
using System.Net.Sockets;

namespace RaftKv.Node.Hosting;

/// <summary>Addresses of this machine.</summary>
internal static class LocalAddress
{
    /// <summary>Finds out before a node is started what it would end with.</summary>
    /// <exception cref="IOException">The address is in use.</exception>
    public static void RequireFree(string address, string advice)
    {
        // A name is left to the node itself.
        if (!IPEndPoint.TryParse(address, out var endPoint))
            return;
        try
        {
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endPoint);
        }
        catch (SocketException exception)
        {
            throw new IOException($"Cannot listen at {address}: {exception.Message}.{advice}", exception);
        }
    }
}
