namespace RaftKv.Sim.World;

/// <summary>All streams of decisions of one world: from a seed, with any of its choices replaced by edits.</summary>
/// <remarks>
/// A generator advances at every choice, edited or not. So the choices that are not edited stay what the seed makes
/// them, a full recording replays its run exactly, and a run that outlives its recording goes on from the seed.
/// </remarks>
internal sealed class Decisions
{
    private readonly Dictionary<(Concern, int), DecisionStream> _streams = [];
    private readonly ILookup<(Concern, int), Decision> _edits;
    private readonly List<Decision>? _recorded;

    /// <param name="seed">Determines every choice that is not edited.</param>
    /// <param name="edits">Choices to replace. One whose site or bound does not fit the question is ignored.</param>
    /// <param name="record">Whether to keep <see cref="Recorded"/>.</param>
    public Decisions(ulong seed, IEnumerable<Decision>? edits = null, bool record = false)
    {
        Seed = seed;
        _edits = (edits ?? []).ToLookup(edit => (edit.Concern, edit.Lane));
        _recorded = record ? [] : null;
    }

    public ulong Seed { get; }

    /// <summary>Every choice so far in the order made, when recording; empty otherwise.</summary>
    public IReadOnlyList<Decision> Recorded => _recorded ?? [];

    /// <summary>The stream of one lane of a concern; always the same object.</summary>
    public IDecisions Stream(Concern concern, int lane = 0)
    {
        if (_streams.TryGetValue((concern, lane), out var stream)) return stream;
        var streamSeed = SplitMix64.Mix(SplitMix64.Mix(Seed) + ((ulong)(concern + 1) << 32) + (uint)lane);
        stream = new DecisionStream(concern, lane, streamSeed, [.. _edits[(concern, lane)]], _recorded);
        _streams.Add((concern, lane), stream);
        return stream;
    }
}
