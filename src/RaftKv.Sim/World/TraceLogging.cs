using Microsoft.Extensions.Logging;

namespace RaftKv.Sim.World;

/// <summary>Log messages of what runs in a world become lines of its trace.</summary>
internal sealed class TraceLogging(Scheduler scheduler) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The trace is the provider.");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        scheduler.Record(
            scheduler.Current, TraceKind.Node, eventId.Id, (int)logLevel,
            $"{formatter(state, exception)}{(exception is null ? "" : ": ")}{exception?.Message}");

    public void Dispose()
    {
    }
}
