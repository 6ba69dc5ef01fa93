using RaftKv.Platform;
using RaftKv.Rpc;

namespace RaftKv.Client;

/// <summary>
/// What one operation may still spend: its time, the caller's patience, and tries until the next pause.
/// </summary>
internal sealed class Effort
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly IClerkObserver? _observer;
    private readonly ClerkOperation? _operation;
    private readonly KnownServers _known;
    private readonly Backoff _backoff;
    private readonly long _began;
    private int _triesUntilPause;

    /// <param name="platform">The clock, and the chance in pauses.</param>
    /// <param name="options">Pauses, and who is told of rounds in vain.</param>
    /// <param name="servers">How many make a round.</param>
    /// <param name="operation">What is tried; <see langword="null"/> for what no caller asked for.</param>
    /// <param name="timeout">How long it may take; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
    /// <param name="stop">Ends it at once.</param>
    public Effort(
        NodePlatform platform, ClerkOptions options, KnownServers servers, ClerkOperation? operation,
        TimeSpan timeout, CancellationToken stop)
    {
        (_time, _observer, _known, _operation, _timeout, Stop) =
            (platform.Time, options.Observer, servers, operation, timeout, stop);
        _backoff = new Backoff(options.MinBackoff, options.MaxBackoff, platform.Entropy);
        _triesUntilPause = TriesPerRound;
        _began = platform.Time.GetTimestamp();
        if (operation?.Servers is { } some)
            Servers = new ServerTurn(some, (int)(operation.Number % some.Count));
    }

    /// <summary>Ends it at once.</summary>
    public CancellationToken Stop { get; }

    /// <summary>Why each server was of no use.</summary>
    public ServerProblems Problems { get; } = new();

    /// <summary>Who may answer; <see langword="null"/>: the leader.</summary>
    public ServerTurn? Servers { get; }

    /// <summary>Whether nothing more may be tried.</summary>
    public bool IsOver => Stop.IsCancellationRequested || IsRefused || TimeLeft <= TimeSpan.Zero;

    /// <summary>Whether everyone who may answer has turned the Clerk away.</summary>
    public bool IsRefused => Problems.AllRefuse(_operation?.Servers ?? _known.Addresses);

    /// <summary>How much time is left.</summary>
    public TimeSpan TimeLeft => _timeout == Timeout.InfiniteTimeSpan
        ? TimeSpan.MaxValue
        : _timeout - _time.GetElapsedTime(_began);

    /// <summary>At least two, so that a single server whose connection broke is asked again at once.</summary>
    private int TriesPerRound => Math.Max(2, _known.Addresses.Count);

    /// <summary>A try was in vain: pauses if as many were as there are servers, or on demand.</summary>
    public async Task FailedAsync(bool pause)
    {
        if (!pause && --_triesUntilPause > 0) return;
        _triesUntilPause = TriesPerRound;
        if (_operation is not null) _observer?.Retrying(_operation, $"{Problems}");
        var longest = _backoff.Next();
        if (IsOver) return;
        var left = TimeLeft;
        try
        {
            await Task.Delay(RoundUp(left < longest ? left : longest), _time, Stop);
        }
        catch (OperationCanceledException)
        {
            // The operation ends, and says how, in one place.
        }
    }

    /// <summary>Waits for something, or until it is over.</summary>
    public async Task WaitAsync(TaskCompletionSource something)
    {
        if (IsOver) return;
        var left = TimeLeft is var limited && limited == TimeSpan.MaxValue
            ? Timeout.InfiniteTimeSpan
            : RoundUp(limited);
        using var timer = _time.CreateTimer(
            static state => ((TaskCompletionSource)state!).TrySetResult(), something, left, Timeout.InfiniteTimeSpan);
        using var registration = Stop.Register(
            static state => ((TaskCompletionSource)state!).TrySetResult(), something);
        await something.Task;
    }

    /// <summary>Timers count whole milliseconds: a shorter pause would be none, again and again.</summary>
    private static TimeSpan RoundUp(TimeSpan pause) =>
        TimeSpan.FromMilliseconds((pause.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond);
}
