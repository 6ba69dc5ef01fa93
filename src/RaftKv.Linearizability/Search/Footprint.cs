namespace RaftKv.Linearizability.Search;

/// <summary>Which keys an operation touches, and how, wherever it is possible; a bit for each key of its part.
/// </summary>
/// <param name="Touched">On these its answer and its effect may depend, and no other may it change.</param>
/// <param name="Written">These it may change.</param>
/// <param name="Overwritten">These it sets to the same value always, and nothing depends on what they held.</param>
/// <param name="Blind">If it is possible in every state, what it may change; else nothing.</param>
internal readonly record struct Footprint(ulong Touched, ulong Written, ulong Overwritten, ulong Blind)
{
    /// <summary>How many keys can be told apart.</summary>
    public const int KeysMax = 64;

    /// <summary>Nothing is known.</summary>
    public static Footprint Unknown { get; } = new(ulong.MaxValue, ulong.MaxValue, 0, 0);

    /// <summary>Whether it makes no difference if another takes effect right before.</summary>
    public bool Hides(in Footprint other) => other.Blind != 0 && (other.Blind & ~Overwritten) == 0;

    /// <summary>Whether it makes no difference which of two comes first.</summary>
    public bool Commutes(in Footprint other) => (Written & other.Touched) == 0 && (other.Written & Touched) == 0;
}
