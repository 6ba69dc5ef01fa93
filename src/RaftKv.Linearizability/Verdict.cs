namespace RaftKv.Linearizability;

/// <summary>What a check found.</summary>
public enum Verdict
{
    /// <summary>The budget ran out first.</summary>
    Unknown,

    /// <summary>Some order of the operations explains every answer.</summary>
    Linearizable,

    /// <summary>No order of the operations explains every answer.</summary>
    Illegal,
}
