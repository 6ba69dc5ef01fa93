using System.Buffers;
using FsCheck.Xunit;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using Xunit;
using static RaftKv.Scenarios.KeyValue.KvCommands;

namespace RaftKv.Scenarios.KeyValue;

[Properties(Arbitrary = [typeof(KvCommands)], Replay = "20261122,7")]
public sealed class SnapshotTests
{
    private static readonly KvLimits _fewSessions = new() { MaxSessions = 2, MaxValueBytes = 1_000 };

    [Property(MaxTest = 300)]
    public void A_restored_machine_is_equal_and_goes_on_equally(KvCommand[] before, KvCommand[] after)
    {
        var original = Machine(KvStoreKind.HashMap, before);
        var restored = Machine(KvStoreKind.SkipList, after);
        restored.Restore(Snapshot(original));
        Assert.Equal(original.StateHash, restored.StateHash);
        Assert.Equal(Snapshot(original), Snapshot(restored));

        for (var i = 0; i < after.Length; i++)
        {
            var index = new LogIndex(before.Length + i + 1);
            var expected = original.Apply(index, after[i]);
            var actual = restored.Apply(index, after[i]);

            Assert.Equal(expected.Detail, actual.Detail);
            Assert.Equal(KvResults.Describe(expected), KvResults.Describe(actual));
            Assert.Equal(original.StateHash, restored.StateHash);
        }
    }

    [Property(MaxTest = 300)]
    public void Every_store_yields_the_same_snapshot_and_hash(KvCommand[] commands)
    {
        var map = Machine(KvStoreKind.HashMap, commands);
        var list = Machine(KvStoreKind.SkipList, commands);

        Assert.Equal(Snapshot(map), Snapshot(list));
        Assert.Equal(map.StateHash, list.StateHash);
    }

    [Property(MaxTest = 300)]
    public void States_have_equal_hashes_exactly_when_their_snapshots_are_equal(KvCommand[] commands, KvCommand last)
    {
        var shorter = Machine(KvStoreKind.HashMap, commands);
        var longer = Machine(KvStoreKind.HashMap, [.. commands, last]);

        Assert.Equal(
            Snapshot(shorter).AsSpan().SequenceEqual(Snapshot(longer)), shorter.StateHash == longer.StateHash);
    }

    [Fact]
    public void The_sessions_are_in_the_snapshot_S04()
    {
        var restored = Machine(KvStoreKind.HashMap, []);
        restored.Restore(Snapshot(Machine(KvStoreKind.HashMap, [Append("k", "a")])));

        Assert.Equal(KvStatus.Ok, restored.Apply(new(2), Append("k", "a")).Status);
        Assert.Equal("a", Text(restored.Read("k")));
    }

    [Fact]
    public void Restoring_replaces_what_was_there_S08()
    {
        var restored = Machine(KvStoreKind.SkipList, [Put("old", "x", client: 1)]);
        restored.Restore(Snapshot(Machine(KvStoreKind.SkipList, [Put("new", "y", client: 2)])));

        Assert.Null(restored.Read("old"));
        Assert.Equal((1, 1), (restored.KeyCount, restored.SessionCount));
        Assert.Equal(KvStatus.Ok, restored.Apply(new(2), Append("new", "z", client: 1)).Status);
        Assert.Equal("yz", Text(restored.Read("new")));
    }

    [Fact]
    public void Keys_come_back_as_keys_and_values_as_values_S09()
    {
        var restored = Machine(KvStoreKind.HashMap, []);
        restored.Restore(Snapshot(Machine(KvStoreKind.HashMap, [Put("key", "value")])));

        Assert.Equal("value", Text(restored.Read("key")));
        Assert.Null(restored.Read("value"));
    }

    [Fact]
    public void The_format_stays_as_it_is()
    {
        var snapshot = Snapshot(Machine(KvStoreKind.HashMap, [Put("k", "v", client: 7, request: 2)]));

        Assert.Equal(
            "02" + "01" + "01" + "016B0176" + "01" + "0700000000000000" + "010101" + "02010100000000",
            Convert.ToHexString(snapshot.AsSpan(..^8)));
        Assert.Equal("DA511B3D84D3AD6E", Convert.ToHexString(snapshot.AsSpan(^8..)));
    }

    [Property(MaxTest = 100)]
    public void A_harmed_snapshot_is_refused_and_leaves_the_state_as_it_was(KvCommand[] commands, int at, byte flip)
    {
        var machine = Machine(KvStoreKind.HashMap, [Put("kept", "v")]);
        var hash = machine.StateHash;
        var snapshot = Snapshot(Machine(KvStoreKind.HashMap, commands));
        var harmed = snapshot.ToArray();
        harmed[(uint)at % (uint)harmed.Length] ^= (byte)(flip | 1);

        Assert.Throws<InvalidDataException>(() => machine.Restore(harmed));
        Assert.Throws<InvalidDataException>(() => machine.Restore(snapshot.AsMemory(0, snapshot.Length - 1)));
        Assert.Throws<InvalidDataException>(() => machine.Restore(new byte[] { 1 }.Concat(snapshot).ToArray()));
        Assert.Throws<InvalidDataException>(() => machine.Restore(snapshot.Append((byte)0).ToArray()));
        Assert.Equal(hash, machine.StateHash);
        Assert.Equal("v", Text(machine.Read("kept")));
    }

    [Fact]
    public void Claimed_counts_are_checked_before_anything_is_allocated()
    {
        var machine = Machine(KvStoreKind.HashMap, []);

        var error = Assert.Throws<InvalidDataException>(
            () => machine.Restore(Convert.FromHexString("0200FFFFFFFF0F")));

        Assert.Equal(
            "Malformed key-value snapshot: number of entries at byte 7 is 4294967295, but only 0 bytes remain.",
            error.Message);
    }

    private static KvStateMachine Machine(KvStoreKind store, KvCommand[] commands)
    {
        var machine = new KvStateMachine(new KvOptions { Store = store, Limits = _fewSessions });
        for (var i = 0; i < commands.Length; i++) machine.Apply(new(i + 1), commands[i]);
        return machine;
    }

    private static byte[] Snapshot(KvStateMachine machine)
    {
        var writer = new ArrayBufferWriter<byte>();
        machine.WriteSnapshot(writer);
        return writer.WrittenSpan.ToArray();
    }
}
