using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using RaftKv.Consensus;

namespace RaftKv.Wire;

/// <summary>What administrators ask, as the bodies of frames. It is answered like a command.</summary>
internal static class AdministrationCodec
{
    private static readonly MessageParser<Protocol.Administration> _parser =
        Protocol.Administration.Parser.WithDiscardUnknownFields(true);

    /// <summary>Makes the frame of a request.</summary>
    public static ReadOnlySpan<byte> Write(FrameWriter frames, ulong correlation, AdministrationRequest request)
    {
        var message = new Protocol.Administration();
        if (request is TransferRequest transfer)
        {
            message.Transfer = new Protocol.TransferLeadership { Successor = transfer.Successor.Value };
        }
        else if (request is MembershipRequest membership)
        {
            message.Membership = new Protocol.Membership { WhenSettled = membership.WhenSettled };
            foreach (var (kind, id, address) in membership.Changes)
                message.Membership.Changes.Add(new Protocol.MemberChange
                {
                    Kind = (Protocol.MemberChange.Types.Kind)kind,
                    Id = id.Value,
                    Address = address,
                });
        }
        else if (request is StatusRequest)
        {
            message.Status = new Protocol.Status();
        }

        return Body.Write(frames, FrameKind.Administration, correlation, message);
    }

    /// <summary>Reads a request.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out AdministrationRequest? request,
        [NotNullWhen(false)] out string? error)
    {
        request = null;
        if (!Body.TryParse(_parser, body, out var parsed, out error))
            return false;
        (request, error) = parsed switch
        {
            { Transfer: { Successor: >= 0 and var successor } } => (new TransferRequest(new NodeId(successor)), null),
            { Transfer: { Successor: var nobody } } => (null, $"the leadership is to go to {nobody}"),
            { Membership: { } membership } => Read(membership),
            { Status: not null } => (new StatusRequest(), null),
            _ => ((AdministrationRequest?)null, "an administrator asks for nothing that is known here"),
        };
        return request is not null;
    }

    private static (AdministrationRequest? Request, string? Error) Read(Protocol.Membership membership)
    {
        foreach (var change in membership.Changes)
        {
            if (change.Id <= 0 || (MemberChangeKind)change.Kind is < MemberChangeKind.AddLearner
                or > MemberChangeKind.Move)
                return (null, $"member {change.Id} is to change in way {(int)change.Kind}");
        }

        var changes = membership.Changes
            .Select(change => new MemberChange((MemberChangeKind)change.Kind, new NodeId(change.Id), change.Address));
        return (new MembershipRequest([.. changes], membership.WhenSettled), null);
    }
}
