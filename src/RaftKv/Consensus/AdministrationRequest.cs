namespace RaftKv.Consensus;

/// <summary>What an administrator asks of a server, mostly of the leader.</summary>
internal abstract record AdministrationRequest
{
    /// <summary>Whether to ask twice comes to the same as to ask once.</summary>
    internal abstract bool IsRepeatable { get; }
}

/// <summary>
/// An administrator's wish that another server lead. <paramref name="Successor"/>: who; none: whoever is fit.
/// </summary>
internal sealed record TransferRequest(NodeId Successor) : AdministrationRequest
{
    internal override bool IsRepeatable => true;

    /// <inheritdoc/>
    public override string ToString() =>
        "Transfer of the leadership" + (Successor == NodeId.None ? "" : $" to {Successor}");
}

/// <summary>A change of membership, or with no changes the question who the members are.</summary>
/// <param name="Changes">The changes, begun together.</param>
/// <param name="WhenSettled">Whether to answer only once no change is under way.</param>
internal sealed record MembershipRequest(IReadOnlyList<MemberChange> Changes, bool WhenSettled) : AdministrationRequest
{
    // What is added, promoted or removed already cannot be once more.
    internal override bool IsRepeatable => Changes.Count == 0;

    /// <inheritdoc/>
    public override string ToString() => Changes.Count > 0
        ? $"Change of the members ({string.Join(", ", Changes.Select(change => $"{change.Kind} {change.Id}"))})"
        : WhenSettled
        ? "The end of the change of the members, which may still come,"
        : "Listing the members";
}

/// <summary>The question how the server that is asked stands itself, be it the leader or not.</summary>
internal sealed record StatusRequest : AdministrationRequest
{
    internal override bool IsRepeatable => true;

    /// <inheritdoc/>
    public override string ToString() => "The status of a server";
}
