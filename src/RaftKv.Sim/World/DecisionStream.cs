namespace RaftKv.Sim.World;

/// <summary>One lane of one concern: a generator, the edits that replace its choices, and the record of them.</summary>
internal sealed class DecisionStream : IDecisions
{
    private readonly Concern _concern;
    private readonly int _lane;
    private readonly Decision[] _edits;
    private readonly List<Decision>? _record;
    private Xoshiro256 _generator;
    private int _position;
    private int _nextEdit;

    public DecisionStream(Concern concern, int lane, ulong seed, Decision[] edits, List<Decision>? record)
    {
        _concern = concern;
        _lane = lane;
        _generator = Xoshiro256.FromSeed(seed);
        _edits = edits;
        Array.Sort(_edits, static (left, right) => left.Position.CompareTo(right.Position));
        for (var i = 1; i < _edits.Length; i++)
        {
            if (_edits[i].Position == _edits[i - 1].Position)
                throw new ArgumentException($"Two edits of {concern}[{lane}] at position {_edits[i].Position}.");
        }

        _record = record;
    }

    public int Choose(string site, int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        // Multiply-shift instead of rejection: one draw for each choice keeps positions stable; the bias is below 2⁻³³.
        var value = Math.BigMul(_generator.Next(), (ulong)exclusiveMax, out _);
        return (int)Settle(site, (ulong)exclusiveMax, value);
    }

    public ulong Bits(string site) => Settle(site, 0, _generator.Next());

    private ulong Settle(string site, ulong bound, ulong value)
    {
        var position = _position++;
        if (_nextEdit < _edits.Length && _edits[_nextEdit].Position == position)
        {
            var edit = _edits[_nextEdit++];
            if (edit.Site == site && (bound == 0 || edit.Value < bound)) value = edit.Value;
        }

        _record?.Add(new Decision(_concern, _lane, position, site, bound, value));
        return value;
    }
}
