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
    private static readonly KvLimits _fewSessions = new()
    {
        MaxSessions = 3,
        MaxValueBytes = 1_000,
        SessionTimeout = TimeSpan.FromMilliseconds(SessionTimeoutMs),
    };

    [Property(MaxTest = 300)]
    public void A_restored_machine_is_equal_and_goes_on_equally(KvCommand[] before, KvCommand[] after)
    {
        var original = Rig(KvStoreKind.HashMap, before);
        var restored = Rig(KvStoreKind.SkipList, after);
        Restore(restored.Machine, original.Snapshot);
        Assert.Equal(original.Machine.StateHash, restored.Machine.StateHash);
        Assert.Equal(original.Snapshot, restored.Snapshot);

        foreach (var command in after)
        {
            original.Apply(command, restored.Machine);
            Assert.Equal(original.Machine.StateHash, restored.Machine.StateHash);
        }
    }

    [Property(MaxTest = 300)]
    public void Every_store_yields_the_same_snapshot_and_hash(KvCommand[] commands)
    {
        var map = Rig(KvStoreKind.HashMap, commands);
        var list = Rig(KvStoreKind.SkipList, commands);

        Assert.Equal(map.Snapshot, list.Snapshot);
        Assert.Equal(map.Machine.StateHash, list.Machine.StateHash);
    }

    [Property(MaxTest = 300)]
    public void States_have_equal_hashes_exactly_when_their_snapshots_are_equal(KvCommand[] commands, KvCommand last)
    {
        var shorter = Rig(KvStoreKind.HashMap, commands);
        var longer = Rig(KvStoreKind.HashMap, [.. commands, last]);

        Assert.Equal(
            shorter.Snapshot.AsSpan().SequenceEqual(longer.Snapshot),
            shorter.Machine.StateHash == longer.Machine.StateHash);
    }

    [Fact]
    public void The_sessions_are_in_the_snapshot_S04()
    {
        var original = Rig(KvStoreKind.HashMap, [Append("k", "a")]);
        var restored = Rig(KvStoreKind.HashMap, []);
        Restore(restored.Machine, original.Snapshot);

        Assert.Equal(KvStatus.Ok, original.Apply(Append("k", "a"), restored.Machine).Status);
        Assert.Equal("a", restored.Value("k"));
    }

    [Fact]
    public void Restoring_replaces_what_was_there_S08()
    {
        var restored = Rig(KvStoreKind.SkipList, [Put("old", "x", client: 1)]);
        Restore(restored.Machine, Rig(KvStoreKind.SkipList, [Put("new", "y", client: 2)]).Snapshot);

        Assert.Null(restored.Value("old"));
        Assert.Equal((1, 3), (restored.Machine.KeyCount, restored.Machine.SessionCount));
        Assert.Equal(KvStatus.Ok, restored.Apply(Append("new", "z", client: 1)).Status);
        Assert.Equal("yz", restored.Value("new"));
    }

    [Fact]
    public void Keys_come_back_as_keys_and_values_as_values_S09()
    {
        var restored = Rig(KvStoreKind.HashMap, []);
        Restore(restored.Machine, Rig(KvStoreKind.HashMap, [Put("key", "value")]).Snapshot);

        Assert.Equal("value", restored.Value("key"));
        Assert.Null(restored.Value("value"));
    }

    [Fact]
    public void The_format_stays_as_it_is()
    {
        var rig = new KvRig(
            new KvOptions(), clients: 1, Put("k", "v", request: 2) with { TimeMs = 300 }, Open(9, timeMs: 299));
        var expected = "07000000" + "04" + "01" + "01016B0176" + "27000000" + "AC02" + "01" + "C0CF24" + "02"
            + $"{Id(1, 1)}" + "02" + "AC02" + "01" + "01" + "02010100000000"
            + $"{Id(9, 3)}" + "01" + "00" + "01" + "00" + "08000000";

        Assert.Equal(expected, Convert.ToHexString(rig.Snapshot.AsSpan(..^8)));
        Assert.Equal("2CFF14E0AF6D98A5", Convert.ToHexString(rig.Snapshot.AsSpan(^8..)));

        static string Id(ulong nonce, ulong index) =>
            Convert.ToHexString(BitConverter.GetBytes(StateDigest.Mix(nonce, index)));
    }

    [Fact]
    public void Long_results_that_are_remembered_are_written_in_pieces_and_as_they_were()
    {
        var rig = new KvRig(new KvOptions(), clients: 3, Put("k", new string('x', 100_000)));
        for (ulong request = 2; request <= 100; request++)
            rig.Apply(Of(KvRequest.CompareAndSwap("k", null, default), 1 + (request % 3), request));
        var hash = rig.Machine.StateHash;
        using var cut = rig.Machine.Cut();
        var (whole, piece) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        for (var goesOn = true; goesOn; piece.ResetWrittenCount())
        {
            rig.Apply(Put("k", "other", request: 101, first: 101));
            goesOn = cut.WriteNext(piece);
            Assert.InRange(piece.WrittenCount, 0, 140_000);
            whole.Write(piece.WrittenSpan);
        }

        var restored = new KvStateMachine(new KvOptions());
        Restore(restored, whole.WrittenMemory, pieceBytes: 10_000);

        Assert.InRange(whole.WrittenCount, 10_000_000, 11_000_000);
        Assert.Equal(hash, restored.StateHash);
    }

    [Fact]
    public void Ten_thousand_idle_sessions_take_little()
    {
        var options = new KvOptions();
        var empty = new KvRig(options, clients: 0).Snapshot.Length;
        var rig = new KvRig(options, clients: 0);
        for (var client = 1; client <= 10_000; client++)
        {
            var session = rig.Machine.Apply(new(3 * client), Open((ulong)client, client * 20L)).Session!.Client;
            rig.Machine.Apply(
                new((3 * client) + 1), Put("k", "v") with { ClientId = session, TimeMs = client * 20L });
            rig.Machine.Apply(
                new((3 * client) + 2),
                Of(KvRequest.KeepAlive, number: 2, first: 2) with { ClientId = session, TimeMs = client * 20L });
        }

        var snapshot = rig.Snapshot;
        Assert.Equal(10_000, rig.Machine.SessionCount);
        Assert.InRange(snapshot.Length - empty, 10_000, 13 * 10_000);

        // What the table is built with is no less than what it takes, and no other test's garbage shows in it.
        var restored = new KvStateMachine(options);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Restore(restored, snapshot);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(10_000, restored.SessionCount);
        Assert.InRange(bytes, 10_000, 250 * 10_000);
    }

    [Property(MaxTest = 100)]
    public void A_harmed_snapshot_is_refused(KvCommand[] commands, int at, byte flip)
    {
        var machine = Rig(KvStoreKind.HashMap, []).Machine;
        var snapshot = Rig(KvStoreKind.HashMap, commands).Snapshot;
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
        var machine = Rig(KvStoreKind.HashMap, []).Machine;

        var block = Assert.Throws<InvalidDataException>(
            () => Restore(machine, Convert.FromHexString("FFFFFF7F0400FFFFFFFF0F")));
        var count = Assert.Throws<InvalidDataException>(
            () => Restore(machine, Convert.FromHexString("070000000400FFFFFFFF0F")));

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
            var execution = new KvExecution(state);
            foreach (var command in before.Where(IsOnKeys)) execution.Run(command.Request, KvLimits.Default);
            var expected = state.Store.InKeyOrder().Select(entry => (entry.Key, Text(entry.Value))).ToArray();
            var read = new List<(string, string?)>();
            var cut = state.BeginCut();
            for (var i = 0; i < during.Length; i++)
            {
                if (!IsOnKeys(during[i])) continue;
                for (var step = (pace + i) % 3; step > 0; step--) Read();
                execution.Run(during[i].Request, KvLimits.Default);
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
        var session = machine.Apply(new(1), Open(1)).Session!.Client;
        var index = 1L;
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
            machine.Apply(new(index), new KvCommand(request, session, id, id));
        }

        static string Name(int key) => $"key {key:d6}";
    }

    private static bool IsOnKeys(KvCommand command) => command.Operation <= KvOperation.Transaction;

    private static KvRig Rig(KvStoreKind store, KvCommand[] commands) =>
        new(new KvOptions { Store = store, Limits = _fewSessions }, clients: 3, commands);

    private static byte[] Rest(ISnapshotCut cut)
    {
        var writer = new ArrayBufferWriter<byte>();
        while (cut.WriteNext(writer))
        {
        }

        return writer.WrittenSpan.ToArray();
    }

    internal static void Restore(KvStateMachine machine, ReadOnlyMemory<byte> snapshot, int pieceBytes = 7)
    {
        var restore = machine.BeginRestore();
        for (; !snapshot.IsEmpty; snapshot = snapshot[Math.Min(pieceBytes, snapshot.Length)..])
            restore.Read(snapshot.Span[..Math.Min(pieceBytes, snapshot.Length)]);
        restore.Complete();
    }
}
