using System.Globalization;
using System.Text;
using RaftKv.Consensus;

namespace RaftKv.Scenarios.StateMachines;

/// <summary>What a command of a <see cref="LockTable"/> came to.</summary>
/// <param name="Done">Whether it was done; a lock that another one holds is not taken, nor given back.</param>
/// <param name="Owner">Who holds the lock now; null: nobody, or it is no matter of a lock.</param>
/// <param name="Counter">The counter.</param>
public readonly record struct LockResult(bool Done, string? Owner, long Counter);

/// <summary>
/// A state machine of one's own: a counter and a table of locks. Commands are words: "add 5", "take NAME OWNER", "give
/// NAME OWNER". A query is a lock's name, or nothing.
/// </summary>
/// <remarks>
/// A take or give that is repeated does no harm, as its owner is named. An add that is repeated counts twice: who needs
/// to count once numbers the commands, as the sessions of the key-value store do.
/// </remarks>
public sealed class LockTable : IStateMachine<LockResult>
{
    // Sorted, so that equal states write equal snapshots.
    private readonly SortedDictionary<string, string> _owners = new(StringComparer.Ordinal);
    private long _counter;

    public LockResult Apply(LogIndex index, ReadOnlyMemory<byte> command)
    {
        switch (Encoding.UTF8.GetString(command.Span).Split(' '))
        {
            case ["add", var amount]:
                _counter += long.Parse(amount, CultureInfo.InvariantCulture);
                return new LockResult(true, null, _counter);
            case ["take", var name, var owner]:
                var taken = _owners.TryAdd(name, owner) || _owners[name] == owner;
                return new LockResult(taken, _owners[name], _counter);
            case ["give", var name, var owner]:
                var given = _owners.GetValueOrDefault(name) == owner && _owners.Remove(name);
                return new LockResult(given, _owners.GetValueOrDefault(name), _counter);
            case var words:
                throw new InvalidDataException($"No lock table knows '{string.Join(' ', words)}'.");
        }
    }

    public LockResult Query(ReadOnlyMemory<byte> query) =>
        new(true, _owners.GetValueOrDefault(Encoding.UTF8.GetString(query.Span)), _counter);

    public ISnapshotCut Cut()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{_counter}");
        foreach (var (name, owner) in _owners)
            text.Append('\n').Append(name).Append(' ').Append(owner);
        return SmallState.Cut(Encoding.UTF8.GetBytes(text.ToString()));
    }

    public ISnapshotRestore BeginRestore() => SmallState.Restore(snapshot =>
    {
        var lines = Encoding.UTF8.GetString(snapshot.Span).Split('\n');
        _counter = long.Parse(lines[0], CultureInfo.InvariantCulture);
        _owners.Clear();
        foreach (var line in lines[1..])
            _owners.Add(line[..line.IndexOf(' ', StringComparison.Ordinal)],
                line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
    });
}
