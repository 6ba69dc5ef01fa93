using RaftKv.KeyValue;
using RaftKv.Rpc;

namespace RaftKv.Client;

// One operation: its attempts and pauses, and what is certain at its end.
public sealed partial class Clerk
{
    private static readonly RequestId _one = new(1);

    private async Task<KvResult> RunAsync(ClerkOperation operation, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        _options.Observer?.Invoked(operation);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        var effort = new Effort(_platform, _options, _servers, operation, _options.OperationTimeout, either.Token);
        Ending ending;
        try
        {
            ending = operation.Request.IsReadOnly
                ? await ReadAsync(operation, effort, cancellationToken)
                : await WriteAsync(operation, effort, cancellationToken);
        }
        catch (KvRejectedException sessionRejected)
        {
            ending = sessionRejected;
        }
        catch (Exception unforeseen)
        {
            _options.Observer?.Unknown(operation, unforeseen.Message);
            throw;
        }

        switch (ending.Failure)
        {
            case null:
                _options.Observer?.Completed(operation, ending.Result);
                return ending.Result;
            case ClerkOutcomeUnknownException unknown:
                _options.Observer?.Unknown(operation, unknown.Message);
                throw unknown;
            case var failure:
                _options.Observer?.Failed(operation, failure.Message);
                throw failure;
        }
    }

    private async Task<Ending> ReadAsync(ClerkOperation operation, Effort effort, CancellationToken callers)
    {
        // In the log it has a name, by which the leader knows it again.
        var nonce = operation.Consistency == ReadConsistency.Log ? _platform.Entropy.NextUInt64() : 0;
        var command = new KvCommand(operation.Request, new ClientId(nonce), _one, _one)
        {
            Consistency = operation.Consistency,
        };
        var (reply, _) = await SettleAsync(command, effort);
        return reply?.Status switch
        {
            KvStatus.Ok => reply.Result,
            null => GivenUp(operation.Request, effort, inDoubt: false, callers),
            _ => Rejected(operation.Request, reply.Result),
        };
    }

    private async Task<Ending> WriteAsync(ClerkOperation operation, Effort effort, CancellationToken callers)
    {
        while (await SessionAsync(effort) is { } session)
        {
            var command = session.Begin(operation.Request);
            var answered = false;
            try
            {
                var (reply, inDoubt) = await SettleAsync(command, effort);
                answered = reply?.Status is KvStatus.Ok or KvStatus.Rejected;
                switch (reply?.Status)
                {
                    case KvStatus.Ok:
                        return reply.Result;
                    // Said before it came into a log, where another server may have brought an earlier attempt.
                    case KvStatus.Rejected when inDoubt && reply.Result.Revision == 0:
                        return OutcomeUnknown(operation.Request, reply.Detail);
                    case KvStatus.Rejected:
                        return Rejected(operation.Request, reply.Result);
                    case null:
                        return GivenUp(operation.Request, effort, inDoubt, callers);
                }

                // Expired: this attempt was not applied. If no other can have been, another session can have it.
                _sessions.Retire(session);
                if (inDoubt)
                    return OutcomeUnknown(operation.Request, reply.Detail);
                await effort.FailedAsync(pause: false);
            }
            finally
            {
                session.End(command, answered);
            }
        }

        return GivenUp(operation.Request, effort, inDoubt: false, callers);
    }

    private Task<(KvReply? Reply, bool InDoubt)> SettleAsync(KvCommand command, Effort effort) =>
        SettleAsync((channel, timeout) => channel.CallAsync(command, timeout, effort.Stop), effort);

    /// <summary>Makes attempts at one server after another until an answer settles it.</summary>
    /// <returns>
    /// The answer, whose status is Ok, Rejected or Expired, or <see langword="null"/> when the effort is over; and
    /// whether an attempt without an answer may have been applied, or still may.
    /// </returns>
    private async Task<(KvReply? Reply, bool InDoubt)> SettleAsync(
        Func<IKvChannel, TimeSpan, Task<RpcResult>> attempt, Effort effort)
    {
        var inDoubt = false;
        while (!effort.IsOver)
        {
            var left = effort.TimeLeft;
            var address = effort.Servers?.Current ?? _leader.Current;
            var channel = _channels.To(address);
            // Who has not said a word yet may hang: the next is soon tried, while this connection goes on to be made.
            var patience = channel.IsOpen ? _options.AttemptTimeout : _options.AttemptTimeout / 4;
            var timeout = left < patience ? left : patience;
            var result = await attempt(channel, timeout);
            if (result.Outcome == RpcOutcome.TooLarge)
                return (new KvReply(KvStatus.Rejected, result.Reason), inDoubt);
            var status = result.Reply?.Status;
            if (status is KvStatus.Ok or KvStatus.Rejected or KvStatus.Expired)
                return (result.Reply, inDoubt);

            inDoubt |= LeavesDoubt(result);
            effort.Problems.SomeWereSent |= result.Outcome != RpcOutcome.NotSent;
            _servers.Learn(result.Reply?.Members);
            if (effort.Servers is { } servers && status != KvStatus.Busy)
                servers.MoveOn();
            else if (status != KvStatus.Busy && result.Outcome != RpcOutcome.Cancelled)
                _leader.MoveOn(address, result.Reply?.LeaderAddress);
            // Cut short by the end of the operation, an attempt says nothing about the server.
            if (timeout == patience || effort.TimeLeft > TimeSpan.Zero || effort.Problems.IsEmpty)
                effort.Problems.Add(address, result);
            await effort.FailedAsync(pause: status == KvStatus.Busy);
        }

        return (null, inDoubt);
    }

    private static bool LeavesDoubt(in RpcResult result) => result.Outcome switch
    {
        RpcOutcome.Replied => result.Reply!.Status == KvStatus.Unknown,
        RpcOutcome.NotSent or RpcOutcome.Refused or RpcOutcome.Rejected => false,
        _ => true,
    };

    /// <param name="asked">What was asked, in words.</param>
    /// <param name="effort">What was done for it.</param>
    /// <param name="inDoubt">Whether it may be done all the same.</param>
    /// <param name="callers">The caller's token.</param>
    private Exception GivenUp(object asked, Effort effort, bool inDoubt, CancellationToken callers)
    {
        (Exception? cause, var why) = callers.IsCancellationRequested
            ? (new OperationCanceledException(callers), "the caller cancelled")
            : _closing.IsCancellationRequested
            ? (new ObjectDisposedException(nameof(Clerk)), "the Clerk was disposed")
            : ((Exception?)null, $"{effort.Problems}");
        if (inDoubt)
            return OutcomeUnknown(asked, why, cause);
        if (cause is not null)
            return cause;
        return effort.Problems switch
        {
            _ when effort.IsRefused => new ClerkRefusedException($"{asked} was refused by every server: {why}."),
            { SomeRefuse: true } => new ClerkUnavailableException(
                $"{asked} was refused by some servers, and the others gave no answer in time: {why}."),
            { SomeWereSent: false, IsEmpty: false } => new ClerkUnavailableException(
                $"{asked} could not be sent to any server: {why}."),
            _ => new ClerkUnavailableException($"{asked} was not answered in time: {why}."),
        };
    }

    private static KvRejectedException Rejected(object asked, in KvResult result) =>
        new($"{asked} was rejected: {result.Detail}.");

    private static ClerkOutcomeUnknownException OutcomeUnknown(object asked, string? why, Exception? cause = null) =>
        new($"{asked} has an unknown outcome: {why}.", cause);

    /// <summary>A result, or why there is none: an exception that is thrown once, at the end.</summary>
    private readonly record struct Ending(KvResult Result, Exception? Failure)
    {
        public static implicit operator Ending(in KvResult result) => new(result, null);

        public static implicit operator Ending(Exception failure) => new(default, failure);
    }
}
