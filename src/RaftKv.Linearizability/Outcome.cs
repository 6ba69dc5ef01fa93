using System.Diagnostics.CodeAnalysis;

namespace RaftKv.Linearizability;

/// <summary>The answer to an operation, or <c>default</c> when the client never learnt it.</summary>
public readonly record struct Outcome<TOutput>
{
    /// <summary>A known answer.</summary>
    public Outcome(TOutput value)
    {
        Value = value;
        IsKnown = true;
    }

    /// <summary>Whether the client learnt the answer.</summary>
    public bool IsKnown { get; }

    /// <summary>The answer; <c>default</c> when it is not known.</summary>
    [MaybeNull]
    public TOutput Value { get; }
}
