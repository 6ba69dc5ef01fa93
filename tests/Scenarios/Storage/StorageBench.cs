using RaftKv.Consensus;
using RaftKv.Sim.World;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Storage;

/// <summary>
/// One node's storage on a simulated volume through several lives, watched by a naive model. A life can be ended after
/// any number of disk operations.
/// </summary>
internal sealed class StorageBench
{
    public static StorageIdentity Identity { get; } = new("test", new NodeId(1));

    private long _token;
    private SimDisk? _disk;

    public StorageBench(StorageOptions? options = null, IDecisions? latencies = null)
    {
        Options = options ?? new StorageOptions { SegmentBytes = 4096, SnapshotChunkBytes = 512 };
        Latencies = latencies ?? new Decisions(1).Stream(Concern.Disk);
    }

    public SimVolume Volume { get; private set; } = new();

    public StorageOptions Options { get; set; }

    public IDecisions Latencies { get; }

    public Scheduler Scheduler { get; } = new(new Trace());

    /// <summary>The token of the last write.</summary>
    public long LastToken => _token;

    public Persister Persister { get; private set; } = null!;

    /// <summary>What was acknowledged.</summary>
    public NaiveLog Durable { get; private set; } = NaiveLog.Fresh;

    /// <summary>That and what a flush in progress may have made durable.</summary>
    public NaiveLog InFlight { get; private set; } = NaiveLog.Fresh;

    /// <summary>All that was written.</summary>
    public NaiveLog Written { get; private set; } = NaiveLog.Fresh;

    /// <summary>Starts a life and checks what it finds.</summary>
    public async Task<Recovered> OpenAsync()
    {
        Persister = null!;
        _disk = new SimDisk(Scheduler, null, Volume, Latencies);
        var recovered = await Persister.OpenAsync(_disk, Options, Identity, FirstStart.Joins);
        var content = await recovered.LoadSnapshotAsync();
        var lost = Durable.Difference(recovered, content);
        if (lost is not null && InFlight.Difference(recovered, content) is { } invented)
            Assert.Fail($"Neither what was durable ({lost}) nor what was in flight ({invented}).");
        Persister = recovered.Persister;
        Durable = InFlight = Written = lost is null ? Durable : InFlight;
        _token = 0;
        return recovered;
    }

    /// <summary>Appends a write.</summary>
    public void Write(StorageWrite write)
    {
        Persister.Append(write with { Token = _token + 1 });
        _token++;
        Written = Written.After(write);
    }

    public void WriteTerm(long term, int votedFor = 0) =>
        Write(new StorageWrite(0, StorageWriteKind.HardState) { HardState = new(new(term), new(votedFor)) });

    /// <summary>Appends entries of the current term from an index on, one for each length.</summary>
    public void WriteEntries(long first, params int[] lengths)
    {
        var term = Written.HardState.Term;
        var entries = lengths.Select((length, i) => Entry(first + i, term, length)).ToArray();
        Write(new StorageWrite(0, StorageWriteKind.Append) { Entries = entries });
    }

    /// <summary>Makes everything written durable.</summary>
    public async Task FlushAsync()
    {
        InFlight = Written;
        Assert.Equal(_token, await Persister.FlushAsync());
        Durable = InFlight;
        await Persister.MaintainAsync();
    }

    /// <summary>Saves a snapshot at an index and names it.</summary>
    public async Task CompactAsync(long index, long through)
    {
        var id = new SnapshotId(new(index), Written.Entries[(int)index - 1].Term);
        await Persister.SaveSnapshotAsync(id, NaiveLog.Content(id));
        Write(new StorageWrite(0, StorageWriteKind.Compact) { Snapshot = id, CompactThrough = new(through) });
    }

    /// <summary>Receives a snapshot in pieces of 400 bytes and starts the log behind it.</summary>
    public async Task ResetAsync(SnapshotId id)
    {
        var stream = SnapshotBytes.Stream(NaiveLog.Content(id));
        for (var (offset, complete) = (0L, false); !complete;)
        {
            var piece = stream.AsMemory((int)offset, Math.Min(400, stream.Length - (int)offset));
            (offset, complete) = await Persister.StoreChunkAsync(id, offset, stream.Length, piece);
        }

        Write(new StorageWrite(0, StorageWriteKind.Reset) { Snapshot = id });
    }

    /// <summary>
    /// Runs a life until it is over, or until a number of disk operations is done and the process dies: at once, or if
    /// the disk is made to fail then, as soon as the storage says so.
    /// </summary>
    /// <returns>Whether it ended by itself.</returns>
    public bool Live(Func<Task> life, int operations = int.MaxValue, Action? then = null)
    {
        var outside = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var running = life();
            var end = Scheduler.EventCount + operations;
            Scheduler.Run(long.MaxValue, () => running.IsCompleted || Scheduler.EventCount >= end);
            if (then is not null && !running.IsCompleted)
            {
                then();
                Scheduler.Run(long.MaxValue, () => running.IsCompleted);
                if (running.Exception?.InnerException is IOException failure) return DiesOf(failure);
            }

            Assert.Null(Scheduler.Failure);
            if (running.IsCompleted) running.GetAwaiter().GetResult();
            return running.IsCompleted;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
            _disk?.Stop();
        }
    }

    private bool DiesOf(IOException failure)
    {
        Assert.Contains("(injected)", failure.Message, StringComparison.Ordinal);
        if (Persister is not null)
            Assert.ThrowsAny<IOException>(() => WriteTerm(long.MaxValue));
        return false;
    }

    /// <summary>An entry with content that depends on index, term and length.</summary>
    public static LogEntry Entry(long index, Term term, int length)
    {
        var data = new byte[length];
        for (var i = 0; i < length; i++) data[i] = (byte)(1 + (index * 31 + term.Value * 7 + i) % 255);
        return new LogEntry(new(index), term, EntryKind.Command, data);
    }
}
