using System.Buffers;
using System.Text;
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
        Restore(restored, Snapshot(original));
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
        Restore(restored, Snapshot(Machine(KvStoreKind.HashMap, [Append("k", "a")])));

        Assert.Equal(KvStatus.Ok, restored.Apply(new(2), Append("k", "a")).Status);
        Assert.Equal("a", Text(restored.Read("k")));
    }

    [Fact]
    public void Restoring_replaces_what_was_there_S08()
    {
        var restored = Machine(KvStoreKind.SkipList, [Put("old", "x", client: 1)]);
        Restore(restored, Snapshot(Machine(KvStoreKind.SkipList, [Put("new", "y", client: 2)])));

        Assert.Null(restored.Read("old"));
        Assert.Equal((1, 1), (restored.KeyCount, restored.SessionCount));
        Assert.Equal(KvStatus.Ok, restored.Apply(new(2), Append("new", "z", client: 1)).Status);
        Assert.Equal("yz", Text(restored.Read("new")));
    }

    [Fact]
    public void Keys_come_back_as_keys_and_values_as_values_S09()
    {
        var restored = Machine(KvStoreKind.HashMap, []);
        Restore(restored, Snapshot(Machine(KvStoreKind.HashMap, [Put("key", "value")])));

        Assert.Equal("value", Text(restored.Read("key")));
        Assert.Null(restored.Read("value"));
    }

    [Fact]
    public void The_format_stays_as_it_is()
    {
        var snapshot = Snapshot(Machine(KvStoreKind.HashMap, [Put("k", "v", client: 7, request: 2)]));

        Assert.Equal(
            "07000000" + "03" + "01" + "01" + "016B0176"
            + "13000000" + "01" + "0700000000000000" + "010101" + "02010100000000" + "08000000",
            Convert.ToHexString(snapshot.AsSpan(..^8)));
        Assert.Equal("DA511B3D84D3AD6E", Convert.ToHexString(snapshot.AsSpan(^8..)));
    }

    [Property(MaxTest = 100)]
    public void A_harmed_snapshot_is_refused(KvCommand[] commands, int at, byte flip)
    {
        var machine = Machine(KvStoreKind.HashMap, []);
        var snapshot = Snapshot(Machine(KvStoreKind.HashMap, commands));
        var harmed = snapshot.ToArray();
        harmed[(uint)at % (uint)harmed.Length] ^= (byte)(flip | 1);

        Assert.Throws<InvalidDataException>(() => Restore(machine, harmed));
        Assert.Throws<InvalidDataException>(() => Restore(machine, snapshot.AsMemory(0, snapshot.Length - 1)));
        Assert.Throws<InvalidDataException>(() => Restore(machine, new byte[] { 1 }.Concat(snapshot).ToArray()));
        Assert.Throws<InvalidDataException>(() => Restore(machine, snapshot.Append((byte)0).ToArray()));
        Assert.Throws<InvalidDataException>(() => Restore(machine, default));
    }

    [Fact]
    public void Claimed_lengths_are_not_believed_before_the_bytes_are_there()
    {
        var machine = Machine(KvStoreKind.HashMap, []);

        var block = Assert.Throws<InvalidDataException>(
            () => Restore(machine, Convert.FromHexString("FFFFFF7F0300FFFFFFFF0F")));
        var count = Assert.Throws<InvalidDataException>(
            () => Restore(machine, Convert.FromHexString("070000000300FFFFFFFF0F")));

        Assert.Equal("Malformed key-value snapshot: the last block is cut off.", block.Message);
        Assert.Equal("Malformed key-value snapshot: blocks are missing at its end.", count.Message);
    }

    [Property(MaxTest = 500)]
    public void A_cut_holds_the_entries_of_its_moment_whatever_is_written_while_it_is_read(
        KvCommand[] before, KvCommand[] during, byte pace)
    {
        foreach (var kind in Enum.GetValues<KvStoreKind>())
        {
            var state = new KvState(new KvOptions { Store = kind });
            var execution = new KvExecution(state, new KvLimits());
            foreach (var command in before) execution.Run(command.Request);
            var expected = state.Store.InKeyOrder().Select(entry => (entry.Key, Text(entry.Value))).ToArray();
            var read = new List<(string, string?)>();
            var cut = state.BeginCut();
            for (var i = 0; i < during.Length; i++)
            {
                for (var step = (pace + i) % 3; step > 0; step--) Read();
                execution.Run(during[i].Request);
            }

            while (Read() != CutStep.End)
            {
            }

            state.EndCut(cut);
            Assert.Equal(expected, read);

            CutStep Read()
            {
                var step = cut.MoveNext();
                if (step == CutStep.Entry) read.Add((cut.Current.Key, Text(cut.Current.Value)));
                return step;
            }
        }
    }

    [Theory]
    [InlineData(KvStoreKind.HashMap)]
    [InlineData(KvStoreKind.SkipList)]
    public void A_large_state_is_cut_in_short_pieces_while_every_key_is_written_removed_or_added(KvStoreKind kind)
    {
        const int Keys = 5_000;
        var machine = new KvStateMachine(new KvOptions { Store = kind });
        var index = 0L;
        for (var key = 0; key < Keys; key += 2) Apply(KvRequest.Put(Name(key), Encoding.UTF8.GetBytes($"old {key}")));
        var hash = machine.StateHash;
        var writer = new ArrayBufferWriter<byte>();
        using (var cut = machine.Cut())
        {
            var (pieces, longest) = (0, 0);
            for (var more = true; more; pieces++)
            {
                var before = writer.WrittenCount;
                more = cut.WriteNext(writer);
                longest = Math.Max(longest, writer.WrittenCount - before);
                for (var i = 0; i < 1_000; i++)
                {
                    var key = Name((int)((index * 7_919) % Keys));
                    Apply(index % 3 == 0 ? KvRequest.Delete(key) : KvRequest.Append(key, "new"u8.ToArray()));
                }
            }

            Assert.InRange(pieces, 2, 20);
            Assert.InRange(longest, 30_000, 40_000);
        }

        Assert.NotEqual(hash, machine.StateHash);
        Restore(machine, writer.WrittenMemory, 1_000);
        Assert.Equal((hash, Keys / 2), (machine.StateHash, machine.KeyCount));

        void Apply(KvRequest request)
        {
            index++;
            var id = new RequestId((ulong)index);
            machine.Apply(new(index), new KvCommand(request, new ClientId(1), id, id));
        }

        static string Name(int key) => $"key {key:d6}";
    }

    private static KvStateMachine Machine(KvStoreKind store, KvCommand[] commands)
    {
        var machine = new KvStateMachine(new KvOptions { Store = store, Limits = _fewSessions });
        for (var i = 0; i < commands.Length; i++) machine.Apply(new(i + 1), commands[i]);
        return machine;
    }

    private static byte[] Snapshot(KvStateMachine machine)
    {
        using var cut = machine.Cut();
        return Rest(cut);
    }

    private static byte[] Rest(ISnapshotCut cut)
    {
        var writer = new ArrayBufferWriter<byte>();
        while (cut.WriteNext(writer))
        {
        }

        return writer.WrittenSpan.ToArray();
    }

    private static void Restore(KvStateMachine machine, ReadOnlyMemory<byte> snapshot, int pieceBytes = 7)
    {
        var restore = machine.BeginRestore();
        for (; !snapshot.IsEmpty; snapshot = snapshot[Math.Min(pieceBytes, snapshot.Length)..])
            restore.Read(snapshot.Span[..Math.Min(pieceBytes, snapshot.Length)]);
        restore.Complete();
    }
}
