using RaftKv.Consensus;
using RaftKv.Storage;

namespace RaftKv.Scenarios.Storage;

/// <summary>What storage should remember, as a first reading of the contract would have it.</summary>
internal sealed record NaiveLog(HardState HardState, SnapshotId Snapshot, IReadOnlyList<LogEntry> Entries)
{
    public static NaiveLog Fresh { get; } = new(default, SnapshotId.None, []);

    /// <summary>The last index. Entries before a reset are padded, so the n-th entry has index n.</summary>
    public long LastIndex => Entries.Count;

    public NaiveLog After(in StorageWrite write)
    {
        switch (write.Kind)
        {
            case StorageWriteKind.HardState:
                return this with { HardState = write.HardState };
            case StorageWriteKind.Append:
                var first = (int)write.Entries.Span[0].Index.Value;
                return this with { Entries = [.. Entries.Take(first - 1), .. write.Entries.ToArray()] };
            case StorageWriteKind.Reset:
                return this with
                {
                    Snapshot = write.Snapshot,
                    Entries = [.. Enumerable.Repeat(default(LogEntry), (int)write.Snapshot.Index.Value)],
                };
            default:
                return this with { Snapshot = write.Snapshot };
        }
    }

    /// <summary>The content that the tests give the snapshot of this id.</summary>
    public static byte[] Content(SnapshotId id)
    {
        var content = new byte[(int)(id.Index.Value * 37 % 1500)];
        for (var i = 0; i < content.Length; i++) content[i] = (byte)(id.Index.Value + id.Term.Value * 3 + i);
        return content;
    }

    /// <summary>What is wrong with a recovery of this log, or null.</summary>
    public string? Difference(Recovered recovered, byte[] content)
    {
        var state = recovered.State;
        if (state.HardState != HardState) return $"hard state {state.HardState} instead of {HardState}";
        if (state.Snapshot != Snapshot) return $"snapshot {state.Snapshot} instead of {Snapshot}";
        if (Snapshot != SnapshotId.None && !content.AsSpan().SequenceEqual(Content(Snapshot)))
            return $"other content of snapshot {Snapshot}";
        var next = state.Entries.Count == 0 ? Snapshot.Index.Value + 1 : state.Entries[0].Index.Value;
        if (next > Snapshot.Index.Value + 1) return $"the first entry is {next} behind snapshot {Snapshot}";
        foreach (var entry in state.Entries)
        {
            if (entry.Index.Value != next) return $"entry {entry.Index} in the place of {next}";
            if (next > LastIndex) return $"entry {next} of a log to {LastIndex}";
            var expected = Entries[(int)next - 1];
            if (expected.Index != entry.Index) return $"entry {next} is from before a reset";
            if (expected.Term != entry.Term || expected.Kind != entry.Kind
                || !expected.Data.Span.SequenceEqual(entry.Data.Span))
                return $"entry {next} differs";
            next++;
        }

        return next == LastIndex + 1 ? null : $"the log ends before {next} instead of after {LastIndex}";
    }
}
