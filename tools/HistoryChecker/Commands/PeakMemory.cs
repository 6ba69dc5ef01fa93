using System.Diagnostics;

namespace RaftKv.HistoryChecker.Commands;

/// <summary>The most memory that the process has held: its resident set on Linux since the last reset.</summary>
internal static class PeakMemory
{
    /// <summary>Starts afresh, where the system can; elsewhere the peak is that of the whole process.</summary>
    public static void Reset()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        try
        {
            if (OperatingSystem.IsLinux())
                File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A container may forbid it.
        }
    }

    public static double MiB()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / (double)(1 << 20);
    }
}
