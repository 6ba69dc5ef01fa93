using System.Globalization;
using System.Net.Sockets;

namespace RaftKv.Client.Sockets;

/// <summary>
/// How many files and sockets this process may have open. Connections must not take the last ones: without one the
/// runtime starts no thread, and not even closes a socket; the log needs one for its next segment.
/// </summary>
internal static class FileHandles
{
    /// <summary>Kept for what is not a connection.</summary>
    private const int Reserved = 32;

    /// <summary>
    /// The highest handle that an accepted connection may have. The system gives out the lowest that is free, so a high
    /// one tells that nearly all are taken.
    /// </summary>
    public static int HighestForConnections { get; } =
        OperatingSystem.IsLinux() ? ReadLimit() - Reserved : int.MaxValue;

    /// <summary>The connection's handle.</summary>
    public static int Of(Socket socket) =>
        OperatingSystem.IsLinux() ? (int)socket.SafeHandle.DangerousGetHandle() : 0;

    /// <summary>The runtime has raised the soft limit to the hard one when it started.</summary>
    private static int ReadLimit()
    {
        const string limits = "/proc/self/limits";
        const string name = "Max open files";
        if (!File.Exists(limits))
            return int.MaxValue;
        var line = File.ReadLines(limits).FirstOrDefault(each => each.StartsWith(name, StringComparison.Ordinal));
        var soft = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            ? limit
            : int.MaxValue;
    }
}
