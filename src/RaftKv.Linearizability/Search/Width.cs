namespace RaftKv.Linearizability.Search;

/// <summary>
/// How many configurations a <see cref="Sweep"/> goes on from. One of bounded width either drops what is too much: what
/// it finds is an order of the operations; or it merges two into one that leaves optional where they differ: what it
/// finds to be illegal is so.
/// </summary>
/// <param name="OfKind">The most of one state.</param>
/// <param name="Merges">Whether what is too much is merged instead of dropped.</param>
/// <param name="Chooses">Whether, when dropping, the best of many are gone on from instead of the first.</param>
internal readonly record struct Width(int OfKind, bool Merges, bool Chooses = false)
{
    // States differ in what a sweep cannot merge, but it can drop them.
    private const int StatesMax = 8;

    // So many times as many as are gone on from are looked at, when few suffice, less.
    private const int ConsideredMax = 8;

    private const int ReachedMax = 1024;

    /// <summary>Every configuration.</summary>
    public static Width All { get; } = new(int.MaxValue, Merges: true);

    /// <summary>Whether some may be merged.</summary>
    public bool MergesSome => Merges && OfKind < int.MaxValue;

    /// <summary>The most of all states together, when dropping.</summary>
    public int OfAll => (int)Math.Min(int.MaxValue, (long)OfKind * StatesMax);

    /// <summary>Of how many at most those are chosen, when dropping.</summary>
    public int Considered =>
        Chooses ? (int)Math.Min(int.MaxValue, (long)OfAll * Math.Min(OfKind, ConsideredMax)) : OfAll;

    /// <summary>
    /// The most that may be reached on the way to one return, when merging: what was merged can take effect again and
    /// again, without end if that leads to ever new states.
    /// </summary>
    public int Reached => (int)Math.Min(int.MaxValue, (long)OfKind * ReachedMax);
}
