namespace RaftKv.Consensus;

/// <summary>
/// A member's part in a configuration. The last three exist in a joint configuration only (paper §6), between C_old
/// and C_new; that a member is never two things at once keeps the halves consistent.
/// </summary>
public enum MemberRole : byte
{
    /// <summary>Votes and counts in every majority.</summary>
    Voter = 1,

    /// <summary>Receives the log; never counts (dissertation §4.2.1).</summary>
    Learner,

    /// <summary>Counts in C_new only.</summary>
    IncomingVoter,

    /// <summary>Counts in C_old only, and is gone in C_new.</summary>
    OutgoingVoter,

    /// <summary>Counts in C_old only, and is a learner in C_new.</summary>
    DemotedVoter,
}

/// <summary>A member of the cluster.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Address">Where it listens, for peers and clients alike; opaque to the core.</param>
/// <param name="Role">Its part.</param>
public readonly record struct Member(NodeId Id, string Address, MemberRole Role)
{
    /// <summary>The longest address, in bytes of UTF-8.</summary>
    public const int MaxAddressBytes = 255;

    /// <summary>Whether it counts in the present half: C_new, or the only one.</summary>
    public bool VotesInNew => Role is MemberRole.Voter or MemberRole.IncomingVoter;

    /// <summary>Whether it counts in the half that is being left; of use in a joint configuration only.</summary>
    public bool VotesInOld => Role is MemberRole.Voter or MemberRole.OutgoingVoter or MemberRole.DemotedVoter;
}
