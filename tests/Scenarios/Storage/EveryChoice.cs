using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Storage;

/// <summary>Enumerates all outcomes of all choices, one run for each, until <see cref="Next"/> is false.</summary>
internal sealed class EveryChoice : IDecisions
{
    private readonly List<(int Value, int Bound)> _path = [];
    private int _position;

    public int Choose(string site, int exclusiveMax)
    {
        if (_position == _path.Count) _path.Add((0, exclusiveMax));
        Assert.Equal(exclusiveMax, _path[_position].Bound);
        return _path[_position++].Value;
    }

    public ulong Bits(string site) => throw new NotSupportedException("Too many to enumerate.");

    /// <summary>Goes on to the next combination.</summary>
    public bool Next()
    {
        _position = 0;
        while (_path.Count > 0 && _path[^1].Value + 1 == _path[^1].Bound) _path.RemoveAt(_path.Count - 1);
        if (_path.Count == 0) return false;
        _path[^1] = (_path[^1].Value + 1, _path[^1].Bound);
        return true;
    }
}
