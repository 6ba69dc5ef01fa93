using System.Globalization;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Extensions.Logging;

namespace RaftKv.Node.Hosting;

/// <summary>Where a node's log messages go: short lines to the console, full ones to rolling files.</summary>
internal static class NodeLogging
{
    private const string ConsoleLine = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    private const string FileLine =
        "{Timestamp:yyyy-MM-dd HH:mm:ss.fff zzz} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}";

    /// <summary>Opens the log; disposing of it writes out what is buffered.</summary>
    /// <exception cref="IOException">Nothing can be written to the directory.</exception>
    public static ILoggerFactory Create(NodeOptions options)
    {
        var culture = CultureInfo.InvariantCulture;
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(LevelConvert.ToSerilogLevel(options.LogLevel))
            .WriteTo.Console(outputTemplate: ConsoleLine, formatProvider: culture);
        if (options.LogDirectory.Length > 0)
        {
            RequireWritable(options.LogDirectory, $"node{options.Id}.probe");
            configuration.WriteTo.File(
                Path.Combine(options.LogDirectory, $"node{options.Id}-.log"),
                outputTemplate: FileLine,
                formatProvider: culture,
                rollingInterval: RollingInterval.Day,
                rollOnFileSizeLimit: true,
                fileSizeLimitBytes: options.LogFileMegabytes * 1024L * 1024,
                retainedFileCountLimit: options.LogFilesKept);
        }

        return LoggerFactory.Create(builder => builder
            .SetMinimumLevel(options.LogLevel)
            .AddSerilog(configuration.CreateLogger(), dispose: true));
    }

    /// <summary>The log itself would say nothing of it, and be nowhere.</summary>
    private static void RequireWritable(string directory, string probeName)
    {
        try
        {
            Directory.CreateDirectory(directory);
            using var probe = File.Create(Path.Combine(directory, probeName), 1, FileOptions.DeleteOnClose);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"LogDirectory {directory} cannot be written to: {failure.Message}", failure);
        }
    }
}
