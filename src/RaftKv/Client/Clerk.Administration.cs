using RaftKv.Consensus;
using RaftKv.KeyValue;

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
            await AdministerAsync(new TransferRequest(new NodeId(node ?? 0)), "The leadership stays", stop.Token);
            return true;
        });
    }

    /// <summary>Who the members are, as the leader knows them.</summary>
    /// <exception cref="ClerkUnavailableException">No leader was found in time.</exception>
    public ValueTask<Configuration> GetMembersAsync(CancellationToken cancellationToken = default) =>
        AskMembersAsync(new MembershipRequest([], WhenSettled: false), cancellationToken);

    /// <summary>
    /// Changes the membership and waits until the change is complete. A learner that has not caught up, or another
    /// change that is under way, is waited for; a change that was made already is rejected.
    /// </summary>
    /// <returns>The members then.</returns>
    /// <exception cref="KvRejectedException">The change makes no sense; the message says why.</exception>
    /// <exception cref="ClerkUnavailableException">It could not be completed in time; it may be yet.</exception>
    public async ValueTask<Configuration> ChangeMembersAsync(
        IReadOnlyList<MemberChange> changes, CancellationToken cancellationToken = default)
    {
        await AskMembersAsync(new MembershipRequest([.. changes], WhenSettled: false), cancellationToken);
        return await AskMembersAsync(new MembershipRequest([], WhenSettled: true), cancellationToken);
    }

    private async ValueTask<Configuration> AskMembersAsync(MembershipRequest request, CancellationToken stop)
    {
        ObjectDisposedException.ThrowIf(_platform.Loop.IsStopped, this);
        var value = await OnLoopAsync(async () =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _closing.Token);
            return (await AdministerAsync(request, "The members stay", either.Token)).Value;
        });
        return value is { } bytes && ConfigurationCodec.TryDecode(bytes.Span, out var configuration)
            ? configuration
            : throw new ClerkUnavailableException("A server's answer about the members cannot be read.");
    }

    private async Task<KvReply> AdministerAsync(AdministrationRequest request, string refused, CancellationToken stop)
    {
        var effort = new Effort(_platform, _options, _servers, null, _options.OperationTimeout, stop);
        while (!effort.IsOver)
        {
            var left = effort.TimeLeft;
            var address = _leader.Current;
            var timeout = left < _options.AttemptTimeout ? left : _options.AttemptTimeout;
            var result = await _channels.To(address).CallAsync(request, timeout, stop);
            if (result.Reply?.Status == KvStatus.Ok)
                return result.Reply;
            if (result.Reply?.Status == KvStatus.Rejected)
                throw new KvRejectedException($"{refused}: {result.Reply.Detail}.");
            _servers.Learn(result.Reply?.Members);
            if (result.Reply?.Status != KvStatus.Busy)
                _leader.MoveOn(address, result.Reply?.LeaderAddress);
            effort.Problems.Add(address, result);
            await effort.FailedAsync(pause: result.Reply?.Status == KvStatus.Busy);
        }

        stop.ThrowIfCancellationRequested();
        throw new ClerkUnavailableException($"{refused}: {effort.Problems}.");
    }
}
