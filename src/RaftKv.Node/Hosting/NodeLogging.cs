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
    public static ILoggerFactory Create(NodeOptions options)
    {
        var culture = CultureInfo.InvariantCulture;
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(LevelConvert.ToSerilogLevel(options.LogLevel))
            .WriteTo.Console(outputTemplate: ConsoleLine, formatProvider: culture);
        if (options.LogDirectory.Length > 0)
            configuration.WriteTo.File(
                Path.Combine(options.LogDirectory, $"node{options.Id}-.log"),
                outputTemplate: FileLine,
                formatProvider: culture,
                rollingInterval: RollingInterval.Day,
                rollOnFileSizeLimit: true,
                fileSizeLimitBytes: options.LogFileMegabytes * 1024L * 1024,
                retainedFileCountLimit: options.LogFilesKept);
        return LoggerFactory.Create(builder => builder
            .SetMinimumLevel(options.LogLevel)
            .AddSerilog(configuration.CreateLogger(), dispose: true));
    }
}
