namespace RaftKv.Linearizability;

/// <summary>
/// Learns from a model which keys each operation touches. Keys that are touched together, by one operation or by way of
/// others, share a part.
/// </summary>
public abstract class PartFinder
{
    private protected PartFinder()
    {
    }

    /// <summary>The operation touches a key.</summary>
    public abstract void Touch(string key);

    /// <summary>The operation touches every key that any operation touches from <paramref name="from"/> on and before
    /// <paramref name="end"/>, in ordinal order; null: to the last.</summary>
    public abstract void TouchRange(string from, string? end);

    /// <summary>The operation touches everything.</summary>
    public abstract void TouchAll();
}
