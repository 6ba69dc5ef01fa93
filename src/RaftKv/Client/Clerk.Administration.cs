using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Rpc;

namespace RaftKv.Client;

// What administrators ask.
public sealed partial class Clerk
{
    /// <summary>Hands the leadership over. Asking again does no harm: who leads already has nothing to do.</summary>
    /// <param name="node">Id of the server that is to lead; <see langword="null"/>: whoever is fit.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KvRejectedException">That server is no voter, or did not take over in time.</exception>
    /// <exception cref="ClerkUnavailableException">No leader was found in time.</exception>
    public async ValueTask TransferLeadershipAsync(int? node = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(node ?? 1, 1, nameof(node));
        ObjectDisposedException.ThrowIf(_platform.Loop.IsStopped, this);
        await OnLoopAsync(async () =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            await TransferAsync(new TransferRequest(new NodeId(node ?? 0)), stop.Token);
            return true;
        });
    }

    private async Task TransferAsync(TransferRequest request, CancellationToken stop)
    {
        var began = _platform.Time.GetTimestamp();
        var backoff = new Backoff(_options.MinBackoff, _options.MaxBackoff, _platform.Entropy);
        var problems = new ServerProblems(_servers);
        for (var tries = 1; !problems.AllRefuse && TimeLeft(began) is { Ticks: > 0 } left; tries++)
        {
            stop.ThrowIfCancellationRequested();
            var address = _leader.Current;
            var timeout = left < _options.AttemptTimeout ? left : _options.AttemptTimeout;
            var result = await _channels.To(address).CallAsync(request, timeout, stop);
            if (result.Reply?.Status == KvStatus.Ok)
                return;
            if (result.Reply?.Status == KvStatus.Rejected)
                throw new KvRejectedException($"The leadership stays: {result.Reply.Detail}.");
            if (result.Reply?.Status != KvStatus.Busy)
                _leader.MoveOn(address, result.Reply?.LeaderAddress);
            problems.Add(address, result);
            if (tries % TriesPerRound == 0)
                await PauseAsync(backoff.Next(), began, stop);
        }

        throw new ClerkUnavailableException($"The leadership could not be handed over: {problems}.");
    }
}
