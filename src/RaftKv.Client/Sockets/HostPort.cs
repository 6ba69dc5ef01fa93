using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RaftKv.Client.Sockets;

/// <summary>An address as users write it: <c>127.0.0.1:7001</c>, <c>[::1]:7001</c> or <c>name:7001</c>.</summary>
internal readonly record struct HostPort(string Host, int Port)
{
    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">The text is not of one of these forms; the message says why.</exception>
    public static HostPort Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0)
            throw new FormatException($"'{text}' is not of the form host:port.");
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > IPEndPoint.MaxPort)
            throw new FormatException($"The port of '{text}' is not a number from 0 to {IPEndPoint.MaxPort}.");
        var host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal))
            throw new FormatException($"The IPv6 address of '{text}' must stand in brackets.");
        return Uri.CheckHostName(host) == UriHostNameType.Unknown
            ? throw new FormatException($"The host of '{text}' is neither an IP address nor a host name.")
            : new HostPort(host, port);
    }

    /// <summary>Reads an address that can be reached: not every port, as port 0 is for a listener.</summary>
    /// <exception cref="FormatException">The text is not of one of these forms; the message says why.</exception>
    public static HostPort ParseReachable(string text) => Parse(text) is { Port: > 0 } address
        ? address
        : throw new FormatException($"The port of '{text}' is 0, which is no port to be reached at.");

    /// <summary>The end points that the host stands for, in the resolver's order.</summary>
    /// <exception cref="SocketException">The name cannot be resolved.</exception>
    public async ValueTask<IPEndPoint[]> ResolveAsync(CancellationToken cancellationToken)
    {
        var port = Port;
        if (IPAddress.TryParse(Host, out var address))
            return [new IPEndPoint(address, port)];
        var addresses = await Dns.GetHostAddressesAsync(Host, cancellationToken);
        return Array.ConvertAll(addresses, found => new IPEndPoint(found, port));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
