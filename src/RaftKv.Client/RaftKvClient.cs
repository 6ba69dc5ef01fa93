using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RaftKv.Client.Sockets;

namespace RaftKv.Client;

/// <summary>Makes Clerks on real sockets.</summary>
public static class RaftKvClient
{
    /// <summary>The name of a cluster that was given none.</summary>
    public const string DefaultClusterId = "raftkv";

    /// <summary>Makes a Clerk; it connects with its first operation, and owns a thread until it is disposed.</summary>
    /// <param name="endpoints">Addresses of servers with commas between: <c>10.0.0.1:7001,10.0.0.2:7001</c>.</param>
    /// <param name="clusterId">The cluster's name.</param>
    /// <exception cref="FormatException">An address is not of the form host:port.</exception>
    /// <exception cref="ArgumentException">There is no address, or one twice.</exception>
    public static Clerk Connect(string endpoints, string clusterId = DefaultClusterId) =>
        Connect(Options(endpoints, clusterId));

    /// <summary>Makes a Clerk; it connects with its first operation, and owns a thread until it is disposed.</summary>
    /// <exception cref="FormatException">An address is not of the form host:port.</exception>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public static Clerk Connect(ClerkOptions options, ILoggerFactory? logging = null)
    {
        options.Validate();
        foreach (var endpoint in options.Endpoints)
            HostPort.ParseReachable(endpoint);
        var platform = new ClientPlatform(logging ?? NullLoggerFactory.Instance);
        return new Clerk(platform.Platform, options, platform);
    }

    /// <summary>Options to change a copy of using <c>with</c>.</summary>
    /// <param name="endpoints">Addresses of servers with commas between.</param>
    /// <param name="clusterId">The cluster's name.</param>
    public static ClerkOptions Options(string endpoints, string clusterId = DefaultClusterId) => new()
    {
        Endpoints = endpoints.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        ClusterId = clusterId,
    };
}
