using System.IO.Hashing;
using RaftKv.Diagnostics;
using RaftKv.KeyValue;

namespace RaftKv.Sim.Checks;

/// <summary>
/// What a stale read promises: the value that the key had at the revision it names, and on one server, while it runs,
/// never an earlier revision than that of a read that ended before.
/// </summary>
internal sealed class StaleReads(int keys)
{
    private readonly List<(long From, ulong Value)>[] _versions =
        [.. Enumerable.Range(0, keys).Select(_ => new List<(long, ulong)> { (0, Hash(null)) })];

    private readonly string[] _names = [.. Enumerable.Range(0, keys).Select(key => $"k{key}")];
    private readonly ReadOnlyMemory<byte>?[] _values = new ReadOnlyMemory<byte>?[keys];
    private readonly Dictionary<(int Server, int Generation), long> _seen = [];
    private long _revision;

    /// <summary>A server has applied an entry: the first one to do so shows what became of every key.</summary>
    public void Applied(KvStateMachine machine)
    {
        if (machine.Revision <= _revision)
            return;
        _revision = machine.Revision;
        for (var key = 0; key < _versions.Length; key++)
        {
            // What a machine has once returned never changes: the same memory is the same value.
            var bytes = machine.Read(_names[key]);
            if (bytes is { } now ? _values[key] is { } then && now.Equals(then) : _values[key] is null)
                continue;
            _values[key] = bytes;
            var value = Hash(bytes);
            if (value != _versions[key][^1].Value)
                _versions[key].Add((_revision, value));
        }
    }

    /// <summary>What a read of this incarnation of a server must not fall behind, if it begins now.</summary>
    public long Floor(int server, int generation) => _seen.GetValueOrDefault((server, generation));

    /// <summary>A read has ended.</summary>
    /// <param name="key">What was read.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="server">Who answered.</param>
    /// <param name="generation">Its incarnation, or 0 if it may have been more than one.</param>
    /// <param name="floor">What <see cref="Floor"/> said when the read began.</param>
    public void Check(int key, in KvResult answer, int server, int generation, long floor)
    {
        if (!answer.IsStale)
            throw new InvariantViolationException("stale reads are marked", $"a read of k{key} was not");
        var revision = answer.Revision;
        var value = _versions[key].FindLast(version => version.From <= revision).Value;
        if (revision > _revision || value != Hash(answer.Value))
            throw new InvariantViolationException("stale reads show a state that was",
                $"k{key} of server {server} has another value than at revision {revision} of {_revision}");
        if (generation == 0)
            return;
        if (revision < floor)
            throw new InvariantViolationException("stale reads of one server do not go back",
                $"server {server} answers from revision {revision} after revision {floor}");
        _seen[(server, generation)] = Math.Max(Floor(server, generation), revision);
    }

    private static ulong Hash(ReadOnlyMemory<byte>? value) => value is { } bytes ? XxHash3.HashToUInt64(bytes.Span) : 0;
}
