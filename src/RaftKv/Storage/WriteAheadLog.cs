using RaftKv.Consensus;
using RaftKv.Diagnostics;
using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>
/// Entries and hard state in one sequence of zero-filled segments. Writes are collected into a batch; a flush makes one
/// batch durable while the next one fills (group commit).
/// </summary>
internal sealed class WriteAheadLog
{
    private readonly IDisk _disk;
    private readonly StorageOptions _options;
    private readonly StorageIdentity _identity;
    private readonly SegmentList _segments;
    private SegmentWriter _tail;
    private Batch _filling = new();
    private Batch _spare = new();
    private LogSummary _appended;
    private long _appendedToken;
    private long _lastBatch;
    private uint _lastChecksum;
    private BlankSegment? _next;
    private int _blanks;
    private bool _flushing;

    private WriteAheadLog(
        IDisk disk, StorageOptions options, StorageIdentity identity, LogRecovery recovery, SegmentWriter tail)
    {
        (_disk, _options, _identity, _tail) = (disk, options, identity, tail);
        (_segments, _lastBatch, _lastChecksum) = (recovery.Segments, recovery.LastBatch, recovery.LastChecksum);
        Durable = _appended = recovery.Replay.Summary;
    }

    /// <summary>Where the durable log stands.</summary>
    public LogSummary Durable { get; private set; }

    /// <summary>Why a flush failed: nothing can be said about the disk's content after that.</summary>
    public IOException? Failure { get; private set; }

    /// <summary>Whether <see cref="MaintainAsync"/> would do anything.</summary>
    public bool NeedsMaintenance => _segments.HasObsolete || NeedsBlank;

    private bool NeedsBlank => _tail.IsHalfFull && _next is null;

    /// <summary>Opens the log made of these segments, or a new one when there are none.</summary>
    public static async Task<(WriteAheadLog Log, IReadOnlyList<LogEntry> Entries)> OpenAsync(
        IDisk disk, StorageOptions options, StorageIdentity identity, IReadOnlyList<long> sequences)
    {
        var recovery = new LogRecovery(disk, identity);
        if (sequences.Count == 0)
        {
            recovery.Segments.Add(1);
            var blank = await BlankSegment.CreateAsync(disk, $"blank{TemporaryFiles.Suffix}", Length(options, 0));
            var first = await blank.BeginAsync(new SegmentHeader(1, blank.Length, 0, 0, default), identity);
            return (new WriteAheadLog(disk, options, identity, recovery, first), []);
        }

        var log = new WriteAheadLog(disk, options, identity, recovery, await recovery.RunAsync(sequences));
        await log.DeleteObsoleteAsync();
        return (log, recovery.Replay.Entries);
    }

    /// <summary>Makes a configuration the first entry of an empty log, durably and before any token.</summary>
    public async ValueTask<LogEntry> FoundAsync(Configuration configuration)
    {
        var entry = new LogEntry(
            new(1), Term.Zero, EntryKind.Configuration, ConfigurationCodec.Encode(configuration));
        var write = new StorageWrite(0, StorageWriteKind.Append) { Entries = new[] { entry } };
        _filling.Add(write);
        _appended = _appended.After(write);
        await FlushAsync();
        return entry;
    }

    /// <summary>Adds a write to the batch.</summary>
    /// <exception cref="InvariantViolationException">The write cannot follow those before it.</exception>
    public void Append(in StorageWrite write)
    {
        if (write.Token <= _appendedToken)
            throw new InvariantViolationException("storage order", $"token {write.Token} after {_appendedToken}");
        if (_appended.Objection(write) is { } objection)
            throw new InvariantViolationException("storage order", objection);
        _filling.Add(write);
        _appended = _appended.After(write);
        _appendedToken = write.Token;
    }

    /// <summary>Makes all writes appended before the call durable.</summary>
    /// <returns>The last durable token.</returns>
    public async ValueTask<long> FlushAsync()
    {
        if (_flushing)
            throw new InvalidOperationException("One flush at a time.");
        if (_filling.IsEmpty)
            return _appendedToken;
        var batch = _filling;
        (_filling, _spare, _flushing) = (_spare, _filling, true);
        var (summary, token) = (_appended, _appendedToken);
        try
        {
            if (!_tail.Fits(batch.Bytes))
                await RollAsync(batch.Bytes);
            _lastChecksum = _tail.Append(batch, ++_lastBatch, _lastChecksum);
            await _tail.FlushAsync();
        }
        catch (IOException failure)
        {
            Failure = failure;
            throw;
        }

        Durable = summary;
        _segments.Apply(batch.Change, summary.LastIndex);
        batch.Clear();
        _flushing = false;
        return token;
    }

    /// <summary>
    /// What nobody needs to wait for: deletes segments that are no longer needed, makes the next one ready.
    /// </summary>
    public async ValueTask MaintainAsync()
    {
        await DeleteObsoleteAsync();
        if (NeedsBlank)
            _next = await CreateBlankAsync(Length(_options, 0));
    }

    private async Task RollAsync(long batchBytes)
    {
        var length = Length(_options, batchBytes);
        var blank = _next?.Length == length ? _next : await CreateBlankAsync(length);
        if (blank == _next)
            _next = null;
        var header = new SegmentHeader(_segments.Newest + 1, length, _lastBatch, _lastChecksum, Durable);
        var tail = await blank.BeginAsync(header, _identity);
        _tail.Dispose();
        _tail = tail;
        _segments.Add(header.Sequence);
    }

    private Task<BlankSegment> CreateBlankAsync(long length) =>
        BlankSegment.CreateAsync(_disk, $"blank.{++_blanks}{TemporaryFiles.Suffix}", length);

    /// <remarks>
    /// Oldest first, each delete durable before the next, so that what a power loss leaves never has a hole.
    /// </remarks>
    private async ValueTask DeleteObsoleteAsync()
    {
        while (_segments.TryTakeObsolete(out var sequence))
        {
            await _disk.DeleteAsync(SegmentHeader.FileName(sequence));
            await _disk.FlushDirectoryAsync();
        }
    }

    private static long Length(StorageOptions options, long batchBytes) =>
        BatchHeader.Align(Math.Max(options.SegmentBytes, SegmentHeader.Bytes + batchBytes));
}
