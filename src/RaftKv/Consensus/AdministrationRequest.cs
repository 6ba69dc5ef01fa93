namespace RaftKv.Consensus;

/// <summary>What an administrator asks of the leader.</summary>
public abstract record AdministrationRequest;

/// <summary>
/// An administrator's wish that another server lead. <paramref name="Successor"/>: who; none: whoever is fit.
/// </summary>
public sealed record TransferRequest(NodeId Successor) : AdministrationRequest;

/// <summary>A change of membership, or with no changes the question who the members are.</summary>
/// <param name="Changes">The changes, begun together.</param>
/// <param name="WhenSettled">Whether to answer only once no change is under way.</param>
public sealed record MembershipRequest(IReadOnlyList<MemberChange> Changes, bool WhenSettled) : AdministrationRequest;
