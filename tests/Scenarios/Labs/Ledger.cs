using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using RaftKv.Consensus;

namespace RaftKv.Scenarios.Labs;

/// <summary>
/// A small state machine: commands are amounts, the result is the balance, and the state is the list of all amounts.
/// So a snapshot grows, as that of the labs' tests does, and shows every command that was applied.
/// </summary>
internal sealed class Ledger : IStateMachine<long>
{
    private readonly List<long> _amounts = [];
    private ulong _hash;

    /// <summary>The sum of all amounts.</summary>
    public long Balance { get; private set; }

    /// <summary>All amounts, in the order in which they were applied.</summary>
    public IReadOnlyList<long> Amounts => _amounts;

    /// <summary>A hash of the whole state.</summary>
    public ulong Hash => _hash;

    /// <summary>A command.</summary>
    /// <param name="amount">What it adds.</param>
    /// <param name="bytes">Its size, at least 8.</param>
    public static byte[] Command(long amount, int bytes = sizeof(long))
    {
        var command = new byte[bytes];
        BinaryPrimitives.WriteInt64LittleEndian(command, amount);
        return command;
    }

    /// <summary>The amount of a command.</summary>
    public static long AmountOf(ReadOnlyMemory<byte> command) =>
        BinaryPrimitives.ReadInt64LittleEndian(command.Span);

    public long Apply(LogIndex index, ReadOnlyMemory<byte> command)
    {
        Add(AmountOf(command));
        return Balance;
    }

    /// <summary>The balance, whatever the query.</summary>
    public long Query(ReadOnlyMemory<byte> query) => Balance;

    public ISnapshotCut Cut()
    {
        var writer = new ArrayBufferWriter<byte>();
        foreach (var amount in _amounts)
            writer.Write(Command(amount));
        return SmallState.Cut(writer.WrittenMemory);
    }

    public ISnapshotRestore BeginRestore() => SmallState.Restore(Restore);

    private void Restore(ReadOnlyMemory<byte> snapshot)
    {
        _amounts.Clear();
        (Balance, _hash) = (0, 0);
        for (var offset = 0; offset < snapshot.Length; offset += sizeof(long))
            Add(AmountOf(snapshot[offset..]));
    }

    private void Add(long amount)
    {
        _amounts.Add(amount);
        Balance += amount;
        _hash = XxHash3.HashToUInt64(Command(amount), (long)_hash);
    }
}
