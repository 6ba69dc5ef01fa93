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
    /// <exception cref="ClerkUnavailableException">No leader answered in time.</exception>
    public async ValueTask TransferLeadershipAsync(int? node = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(node ?? 1, 1, nameof(node));
        await AdministerAsync(new TransferRequest(new NodeId(node ?? 0)), cancellationToken);
    }

    /// <summary>Who the members are, and which of them leads, as the leader knows it.</summary>
    /// <exception cref="ClerkUnavailableException">No leader answered in time.</exception>
    public ValueTask<ClusterMembers> GetMembersAsync(CancellationToken cancellationToken = default) =>
        AskMembersAsync(new MembershipRequest([], WhenSettled: false), cancellationToken);

    /// <summary>
    /// Changes the membership and waits until the change is complete. A learner that has not caught up, or another
    /// change that is under way, is waited for; a change that was made already is rejected.
    /// </summary>
    /// <returns>The members then.</returns>
    /// <exception cref="KvRejectedException">The change makes no sense; the message says why.</exception>
    /// <exception cref="ClerkOutcomeUnknownException">
    /// It was asked for, and no answer came: it may have been made, or be made yet. The members tell.
    /// </exception>
    /// <exception cref="ClerkUnavailableException">It could not be completed in time; it may be yet.</exception>
    public async ValueTask<Configuration> ChangeMembersAsync(
        IReadOnlyList<MemberChange> changes, CancellationToken cancellationToken = default)
    {
        await AskMembersAsync(new MembershipRequest([.. changes], WhenSettled: false), cancellationToken);
        return (await AskMembersAsync(new MembershipRequest([], WhenSettled: true), cancellationToken)).Configuration;
    }

    /// <summary>How one server stands, be it the leader or not. It is asked once.</summary>
    /// <param name="server">Its address, one of <see cref="ClerkOptions.Endpoints"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArgumentException">It is none of the endpoints.</exception>
    /// <exception cref="ClerkUnavailableException">
    /// It gave no answer within <see cref="ClerkOptions.AttemptTimeout"/>; the message says why.
    /// </exception>
    /// <exception cref="ClerkRefusedException">It belongs to another cluster, or is too old to tell.</exception>
    public async ValueTask<ServerStatus> GetStatusAsync(string server, CancellationToken cancellationToken = default)
    {
        if (!_options.Endpoints.Contains(server))
            throw new ArgumentException($"{server} is none of the Clerk's endpoints.", nameof(server));
        var result = await OnLoopAsync(async () =>
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            return await _channels.To(server)
                .CallAsync(new StatusRequest(), _options.AttemptTimeout, cancellationToken);
        });
        cancellationToken.ThrowIfCancellationRequested();
        return result switch
        {
            { Reply.Server: { } status } => status,
            { Outcome: RpcOutcome.Refused or RpcOutcome.Rejected } or { Reply: not null } =>
                throw new ClerkRefusedException(
                    result.Reason ?? result.Reply!.Detail ?? $"it answered {result.Reply.Status}"),
            _ => throw new ClerkUnavailableException(result.Reason!),
        };
    }

    private async ValueTask<ClusterMembers> AskMembersAsync(
        MembershipRequest request, CancellationToken cancellationToken)
    {
        var reply = await AdministerAsync(request, cancellationToken);
        return reply.Value is { } bytes && ConfigurationCodec.TryDecode(bytes.Span, out var configuration)
            ? new ClusterMembers(configuration, Leader(configuration, reply.LeaderAddress))
            : throw new ClerkUnavailableException("A server's answer about the members cannot be read.");
    }

    private static NodeId Leader(Configuration configuration, string? address) =>
        configuration.Members.FirstOrDefault(member => member.Address == address).Id;

    private Task<KvReply> AdministerAsync(AdministrationRequest request, CancellationToken callers) =>
        OnLoopAsync(async () =>
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(callers, _closing.Token);
            var effort = new Effort(_platform, _options, _servers, null, _options.OperationTimeout, either.Token);
            var (reply, inDoubt) = await SettleAsync(
                (channel, timeout) => channel.CallAsync(request, timeout, effort.Stop), effort);
            return reply?.Status switch
            {
                KvStatus.Ok => reply,
                null => throw GivenUp(request, effort, inDoubt && !request.IsRepeatable, callers),
                // Of what an earlier attempt has done, the last one may say that it cannot be done.
                _ when inDoubt && !request.IsRepeatable =>
                    throw OutcomeUnknown(request, reply.Detail),
                _ => throw Rejected(request, reply.Result),
            };
        });
}
