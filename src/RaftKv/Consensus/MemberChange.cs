namespace RaftKv.Consensus;

/// <summary>What is to become of one member.</summary>
public enum MemberChangeKind : byte
{
    /// <summary>A new server begins to receive the log. Every server comes in like this.</summary>
    AddLearner = 1,

    /// <summary>A learner that has caught up becomes a voter.</summary>
    Promote,

    /// <summary>A voter becomes a learner.</summary>
    Demote,

    /// <summary>A member leaves.</summary>
    Remove,

    /// <summary>A member is found at another address from now on.</summary>
    Move,
}

/// <summary>One part of a change of membership.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Id">To whom.</param>
/// <param name="Address">
/// For <see cref="MemberChangeKind.AddLearner"/> and <see cref="MemberChangeKind.Move"/>: where it listens.
/// </param>
public readonly record struct MemberChange(MemberChangeKind Kind, NodeId Id, string Address = "");
