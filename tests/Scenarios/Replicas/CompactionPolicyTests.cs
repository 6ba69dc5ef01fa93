using RaftKv.Consensus;
using RaftKv.Server;
using Xunit;

namespace RaftKv.Scenarios.Replicas;

/// <summary>When a snapshot is due, and what of the log stays behind it.</summary>
public sealed class CompactionPolicyTests
{
    private readonly ReplicaOptions _options = new()
    {
        Raft = new RaftOptions { Id = new NodeId(1) },
        SnapshotEveryEntries = 100,
        SnapshotEveryBytes = 1000,
        TrailingEntries = 10,
        TrailingBytes = 300,
    };

    [Fact]
    public void A_snapshot_is_due_at_every_multiple_of_a_number_of_entries()
    {
        var policy = new CompactionPolicy(_options);
        Assert.Equal([100, 200], Due(policy, bytes: 0, through: 250));
    }

    [Fact]
    public void And_sooner_when_the_entries_since_the_last_are_large()
    {
        var policy = new CompactionPolicy(_options);
        Assert.Equal([10, 20, 30], Due(policy, bytes: 100, through: 35));
    }

    [Theory]
    [InlineData(10, 40)] // ten entries
    [InlineData(100, 47)] // three, of 300 bytes
    [InlineData(301, 50)] // none
    public void What_stays_is_bounded_in_entries_and_in_bytes(int bytes, long through)
    {
        var log = new RaftLog(SnapshotId.None);
        for (var index = 1; index <= 60; index++)
            log.Append(Entry(index, bytes));
        Assert.Equal(new LogIndex(through), new CompactionPolicy(_options).Through(new LogIndex(50), log));
    }

    private static List<long> Due(CompactionPolicy policy, int bytes, long through)
    {
        var due = new List<long>();
        for (var index = 1L; index <= through; index++)
        {
            if (!policy.Applied(Entry(index, bytes)))
                continue;
            due.Add(index);
            policy.Restart();
        }

        return due;
    }

    private static LogEntry Entry(long index, int bytes) =>
        new(new LogIndex(index), new Term(1), EntryKind.Command, new byte[bytes]);
}
