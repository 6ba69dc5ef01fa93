namespace RaftKv.Consensus;

/// <summary>The roles of a server (paper figure 4).</summary>
public enum Role : byte
{
    /// <summary>Follows the leader, or waits for one.</summary>
    Follower = 1,

    /// <summary>Asks whether it would be elected, before it disturbs anyone (dissertation §9.6).</summary>
    PreCandidate,

    /// <summary>Asks for votes.</summary>
    Candidate,

    /// <summary>Leads its term.</summary>
    Leader,
}
