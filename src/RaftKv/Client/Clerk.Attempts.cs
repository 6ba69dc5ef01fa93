using RaftKv.KeyValue;
using RaftKv.Rpc;

namespace RaftKv.Client;

// One operation: its attempts and pauses, and what is certain at its end.
public sealed partial class Clerk
{
    private async Task<KvResult> RunAsync(ClerkOperation operation, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        _options.Observer?.Invoked(operation);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            var result = await AttemptAsync(operation, cancellationToken, either.Token);
            _options.Observer?.Completed(operation, result);
            return result;
        }
        catch (ClerkOutcomeUnknownException exception)
        {
            _options.Observer?.Unknown(operation, exception.Message);
            throw;
        }
        catch (Exception exception)
        {
            _options.Observer?.Failed(operation, exception.Message);
            throw;
        }
    }

    /// <param name="operation">What to do.</param>
    /// <param name="callers">The caller's cancellation.</param>
    /// <param name="stop">The caller's cancellation or the Clerk's end.</param>
    private async Task<KvResult> AttemptAsync(
        ClerkOperation operation, CancellationToken callers, CancellationToken stop)
    {
        var began = _platform.Time.GetTimestamp();
        var backoff = new Backoff(_options.MinBackoff, _options.MaxBackoff, _platform.Entropy);
        var session = _sessions.Current;
        var command = session.Begin(operation);
        var servers = operation.Servers is { } some ? new ServerTurn(some, (int)(operation.Number % some.Count)) : null;
        var applied = false;
        var mayBeApplied = false;
        var triesUntilPause = TriesPerRound;
        var problems = new ServerProblems(_servers);
        try
        {
            while (!stop.IsCancellationRequested && !problems.AllRefuse && TimeLeft(began) is { Ticks: > 0 } left)
            {
                var address = servers?.Current ?? _leader.Current;
                var timeout = left < _options.AttemptTimeout ? left : _options.AttemptTimeout;
                var result = await _channels.To(address).CallAsync(command, timeout, stop);
                switch (result.Reply?.Status)
                {
                    case KvStatus.Ok:
                        applied = true;
                        return result.Reply.Result;
                    case KvStatus.Rejected:
                        throw new KvRejectedException(Describe(operation, "was rejected", result.Reply.Detail));
                    case KvStatus.Expired when mayBeApplied:
                        throw new ClerkOutcomeUnknownException(
                            Describe(operation, "has an unknown outcome", result.Reply.Detail), null);
                    case KvStatus.Expired:
                        session.End(command, applied: false);
                        _sessions.Retire(session);
                        session = _sessions.Current;
                        command = session.Begin(operation);
                        break;
                    case KvStatus.Busy:
                        triesUntilPause = 1;
                        break;
                    case null when result.Outcome == RpcOutcome.TooLarge:
                        throw new KvRejectedException(Describe(operation, "was rejected", result.Reason));
                    default:
                        mayBeApplied |= !operation.Request.IsReadOnly && LeavesDoubt(result);
                        _servers.Learn(result.Reply?.Members);
                        if (servers is not null)
                            servers.MoveOn();
                        else if (result.Outcome != RpcOutcome.Cancelled)
                            _leader.MoveOn(address, result.Reply?.LeaderAddress);
                        break;
                }

                // Cut short by the end of the operation, an attempt says nothing about the server.
                if (result.Outcome != RpcOutcome.TimedOut || timeout == _options.AttemptTimeout || problems.IsEmpty)
                    problems.Add(address, result);
                if (--triesUntilPause > 0) continue;
                triesUntilPause = TriesPerRound;
                _options.Observer?.Retrying(operation, $"{problems}");
                await PauseAsync(backoff.Next(), began, stop);
            }
        }
        finally
        {
            session.End(command, applied);
        }

        throw GivenUp(operation, mayBeApplied, problems, callers);
    }

    /// <summary>At least two, so that a single endpoint whose connection broke is asked again at once.</summary>
    private int TriesPerRound => Math.Max(2, _servers.Addresses.Count);

    private static bool LeavesDoubt(in RpcResult result) => result.Outcome switch
    {
        RpcOutcome.Replied => result.Reply!.Status == KvStatus.Unknown,
        RpcOutcome.NotSent or RpcOutcome.Refused or RpcOutcome.Rejected => false,
        _ => true,
    };

    private TimeSpan TimeLeft(long began) => _options.OperationTimeout == Timeout.InfiniteTimeSpan
        ? TimeSpan.MaxValue
        : _options.OperationTimeout - _platform.Time.GetElapsedTime(began);

    private async Task PauseAsync(TimeSpan pause, long began, CancellationToken stop)
    {
        var left = TimeLeft(began);
        if (left <= TimeSpan.Zero) return;
        try
        {
            await Task.Delay(left < pause ? left : pause, _platform.Time, stop);
        }
        catch (OperationCanceledException)
        {
            // The operation ends, and says how, in one place.
        }
    }

    private Exception GivenUp(
        ClerkOperation operation, bool mayBeApplied, ServerProblems problems, CancellationToken callers)
    {
        (Exception? cause, var why) = callers.IsCancellationRequested
            ? (new OperationCanceledException(callers), "the caller cancelled")
            : _closing.IsCancellationRequested
            ? (new ObjectDisposedException(nameof(Clerk)), "the Clerk was disposed")
            : ((Exception?)null, $"{problems}");
        if (mayBeApplied)
            return new ClerkOutcomeUnknownException(Describe(operation, "has an unknown outcome", why), cause);
        if (cause is not null)
            return cause;
        return problems.AllRefuse
            ? new ClerkRefusedException(Describe(operation, "was refused by every server", why))
            : new ClerkUnavailableException(Describe(operation, "was not answered in time", why));
    }

    private static string Describe(ClerkOperation operation, string what, string? why) =>
        $"{operation.Request} {what}: {why}.";
}
