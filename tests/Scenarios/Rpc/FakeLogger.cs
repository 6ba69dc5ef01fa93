using Microsoft.Extensions.Logging;

namespace RaftKv.Scenarios.Rpc;

/// <summary>Keeps what is logged, but for details.</summary>
internal sealed class FakeLogger : ILogger, ILoggerFactory
{
    public List<string> Lines { get; } = [];

    /// <summary>Exceptions whose stacks would follow the lines.</summary>
    public List<Exception> Stacks { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        Lines.Add(formatter(state, exception));
        if (exception is not null)
            Stacks.Add(exception);
    }
}
