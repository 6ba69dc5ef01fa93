using System.Buffers;
using System.Buffers.Binary;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>Reads a state block by block; memory holds one block besides what has become of the others.</summary>
internal sealed class KvSnapshotRestore(KvOptions options, Action<KvState> replace) : ISnapshotRestore
{
    private readonly ArrayBufferWriter<byte> _block = new();
    private readonly KvSnapshotReader _reader = new(options);

    public void Read(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_block.WrittenCount < sizeof(int))
            {
                Take(ref bytes, sizeof(int));
                continue;
            }

            var length = BinaryPrimitives.ReadInt32LittleEndian(_block.WrittenSpan);
            if (length <= 0)
                throw new InvalidDataException($"Malformed key-value snapshot: a block of {length} bytes.");
            Take(ref bytes, sizeof(int) + (long)length);
            if (_block.WrittenCount < sizeof(int) + (long)length)
                continue;
            _reader.ReadBlock(_block.WrittenSpan[sizeof(int)..]);
            _block.ResetWrittenCount();
        }
    }

    public void Complete()
    {
        if (_block.WrittenCount > 0)
            throw new InvalidDataException("Malformed key-value snapshot: the last block is cut off.");
        replace(_reader.Complete());
    }

    private void Take(ref ReadOnlySpan<byte> bytes, long until)
    {
        var taken = (int)Math.Min(bytes.Length, until - _block.WrittenCount);
        _block.Write(bytes[..taken]);
        bytes = bytes[taken..];
    }
}
