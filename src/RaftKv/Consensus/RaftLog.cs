using System.Numerics;
using RaftKv.Diagnostics;

namespace RaftKv.Consensus;

/// <summary>
/// The log in memory: the entries behind a base position whose term is known. Entries lie in chunks, so that growing
/// never copies. A slot is not written again while effects with slices of it are outstanding; after that, chunks that
/// were dropped are used again, so that a log that is compacted allocates nothing.
/// </summary>
public sealed class RaftLog
{
    private const int ChunkBits = 9;
    private const int ChunkSize = 1 << ChunkBits;

    /// <summary>The first chunk begins with so many slots and doubles: a short log takes little.</summary>
    private const int FewSlots = 32;

    /// <summary>Most chunks kept for later: 1.3 MB.</summary>
    private const int MaxSpares = 64;

    private readonly List<LogEntry[]> _chunks = [];
    private readonly List<LogEntry[]> _dropped = [];
    private readonly Stack<LogEntry[]> _spares = [];
    private long _firstChunk;

    /// <summary>Creates a log that continues after a snapshot, or after nothing.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="entries">How many entries will follow at once: the first chunk has room for them.</param>
    internal RaftLog(SnapshotId start, int entries = 0)
    {
        Restart(start);
        if (entries > 0)
            _chunks.Add(NewChunk(Math.Min(ChunkSize, Slot(FirstIndex) + entries)));
    }

    /// <summary>The position before the first entry; everything up to it has been compacted.</summary>
    public LogIndex BaseIndex { get; private set; }

    /// <summary>The term of the entry at <see cref="BaseIndex"/>.</summary>
    public Term BaseTerm { get; private set; }

    /// <summary>The position of the first entry, which need not exist yet.</summary>
    public LogIndex FirstIndex => BaseIndex.Next;

    /// <summary>The position of the last entry; <see cref="BaseIndex"/> when there is none.</summary>
    public LogIndex LastIndex { get; private set; }

    /// <summary>The term of the last entry; <see cref="BaseTerm"/> when there is none.</summary>
    public Term LastTerm { get; private set; }

    /// <summary>The entry at <paramref name="index"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The log does not hold the entry.</exception>
    public ref readonly LogEntry this[LogIndex index]
    {
        get
        {
            if (index <= BaseIndex || index > LastIndex)
                throw OutOfRange(index);
            return ref ChunkOf(index)[Slot(index)];
        }
    }

    /// <summary>The term at a position from <see cref="BaseIndex"/> to <see cref="LastIndex"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside.</exception>
    public Term TermAt(LogIndex index) => index == BaseIndex ? BaseTerm : this[index].Term;

    /// <summary>Whether the log is known to hold an entry of this term at this index.</summary>
    public bool Contains(LogIndex index, Term term) =>
        index >= BaseIndex && index <= LastIndex && TermAt(index) == term;

    /// <summary>
    /// Neighbouring entries from <paramref name="from"/> on, at least one, with at most <paramref name="maxBytes"/> of
    /// payload unless the first alone is larger. May be shorter than allowed; empty only behind the last entry.
    /// </summary>
    /// <param name="from">The first entry.</param>
    /// <param name="maxBytes">The bound.</param>
    /// <param name="bytes">How much payload it is.</param>
    public ReadOnlyMemory<LogEntry> Slice(LogIndex from, long maxBytes, out long bytes)
    {
        var entries = Slice(from, LastIndex);
        var span = entries.Span;
        bytes = 0L;
        for (var count = 0; count < span.Length; count++)
        {
            var more = span[count].Data.Length;
            if (bytes + more > maxBytes && count > 0)
                return entries[..count];
            bytes += more;
        }

        return entries;
    }

    /// <summary>
    /// Neighbouring entries from <paramref name="from"/> on, at least one, and none behind <paramref name="through"/>.
    /// May be shorter; empty only if <paramref name="from"/> is behind <paramref name="through"/>.
    /// </summary>
    public ReadOnlyMemory<LogEntry> Slice(LogIndex from, LogIndex through)
    {
        if (from > through)
            return default;
        if (from <= BaseIndex || through > LastIndex)
            throw OutOfRange(from <= BaseIndex ? from : through);
        var slot = Slot(from);
        return ChunkOf(from).AsMemory(slot, (int)Math.Min(ChunkSize - slot, through - from + 1));
    }

    /// <summary>
    /// The last position up to <paramref name="index"/> whose term is at most <paramref name="term"/>; one below
    /// <see cref="BaseIndex"/> if there is none, and <paramref name="index"/> itself if it has been compacted.
    /// </summary>
    internal LogIndex LastWithTermAtMost(LogIndex index, Term term)
    {
        if (index < BaseIndex)
            return index;
        var low = BaseIndex.Previous;
        var high = LogIndex.Min(index, LastIndex);
        while (low < high)
        {
            var middle = high - ((high - low) / 2);
            if (TermAt(middle) <= term)
                low = middle;
            else
                high = middle.Previous;
        }

        return low;
    }

    /// <summary>Nobody has a slice any more: what was dropped may be used again.</summary>
    internal void ReuseDropped()
    {
        foreach (var chunk in _dropped)
        {
            if (_spares.Count == MaxSpares)
                break;
            if (chunk.Length < ChunkSize)
                continue;
            // Lets go of the payloads.
            Array.Clear(chunk);
            _spares.Push(chunk);
        }

        _dropped.Clear();
    }

    /// <summary>Appends the entry that follows the last one.</summary>
    internal void Append(in LogEntry entry)
    {
        if (entry.Index != LastIndex.Next || entry.Term < LastTerm)
        {
            throw new InvariantViolationException(
                "log matching", $"entry {entry.Index}@{entry.Term} cannot follow {LastIndex}@{LastTerm}");
        }

        var slot = Slot(entry.Index);
        var position = (int)(Chunk(entry.Index) - _firstChunk);
        if (position == _chunks.Count)
            _chunks.Add(NewChunk(position == 0 ? slot + 1 : ChunkSize));
        else if (slot == _chunks[position].Length)
            Replace(position, 0, slot, slot + 1);
        _chunks[position][slot] = entry;
        LastIndex = entry.Index;
        LastTerm = entry.Term;
    }

    /// <summary>Drops the entry at <paramref name="index"/> and all behind it.</summary>
    internal void TruncateFrom(LogIndex index)
    {
        if (index <= BaseIndex || index > LastIndex)
            throw OutOfRange(index);
        var position = (int)(Chunk(index) - _firstChunk);
        var kept = Slot(index);
        if (kept > 0)
            Replace(position, 0, kept, kept);
        var keptChunks = kept > 0 ? position + 1 : position;
        Drop(keptChunks, _chunks.Count - keptChunks);
        LastTerm = TermAt(index.Previous);
        LastIndex = index.Previous;
    }

    /// <summary>Drops the entries up to <paramref name="index"/>, which becomes the base.</summary>
    internal void CompactThrough(LogIndex index)
    {
        BaseTerm = TermAt(index);
        BaseIndex = index;
        var dropped = (int)(Chunk(FirstIndex) - _firstChunk);
        Drop(0, dropped);
        _firstChunk += dropped;
        var start = Slot(FirstIndex);
        if (start > 0 && _chunks.Count > 0)
            Replace(0, start, _chunks[0].Length - start, _chunks[0].Length);
    }

    /// <summary>Drops everything; the log continues after <paramref name="snapshot"/>.</summary>
    internal void Restart(SnapshotId snapshot)
    {
        Drop(0, _chunks.Count);
        BaseIndex = LastIndex = snapshot.Index;
        BaseTerm = LastTerm = snapshot.Term;
        _firstChunk = Chunk(FirstIndex);
    }

    private static long Chunk(LogIndex index) => (index.Value - 1) >> ChunkBits;

    private static int Slot(LogIndex index) => (int)((index.Value - 1) & (ChunkSize - 1));

    // Slices keep the old chunk; the copy lets go of what was dropped.
    private void Replace(int position, int start, int count, int slots)
    {
        var copy = NewChunk(slots);
        Array.Copy(_chunks[position], start, copy, start, count);
        _dropped.Add(_chunks[position]);
        _chunks[position] = copy;
    }

    private void Drop(int position, int count)
    {
        for (var i = 0; i < count; i++)
            _dropped.Add(_chunks[position + i]);
        _chunks.RemoveRange(position, count);
    }

    private LogEntry[] NewChunk(int slots) => _spares.TryPop(out var spare) ? spare
        : new LogEntry[Math.Min(ChunkSize, Math.Max(FewSlots, (int)BitOperations.RoundUpToPowerOf2((uint)slots)))];

    private LogEntry[] ChunkOf(LogIndex index) => _chunks[(int)(Chunk(index) - _firstChunk)];

    private ArgumentOutOfRangeException OutOfRange(LogIndex index) =>
        new(nameof(index), $"Index {index} is outside the log: base {BaseIndex}, last {LastIndex}.");
}
