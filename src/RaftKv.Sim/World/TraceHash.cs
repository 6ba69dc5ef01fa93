using System.Buffers.Binary;
using System.IO.Hashing;

namespace RaftKv.Sim.World;

/// <summary>A running 128-bit hash (XXH128) over everything that happened. Equal hashes: the same schedule.</summary>
internal sealed class TraceHash
{
    private const int RecordBytes = 4 * sizeof(long);

    private readonly XxHash128 _hash = new();
    private readonly byte[] _buffer = new byte[1024 * RecordBytes];
    private int _used;

    /// <summary>The hash of everything added so far.</summary>
    public UInt128 Value
    {
        get
        {
            Flush();
            return _hash.GetCurrentHashAsUInt128();
        }
    }

    public void Add(long first, long second, long third, long fourth)
    {
        if (_used + RecordBytes > _buffer.Length) Flush();
        var record = _buffer.AsSpan(_used, RecordBytes);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], fourth);
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], third);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], second);
        BinaryPrimitives.WriteInt64LittleEndian(record, first);
        _used += RecordBytes;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _used)
        {
            Flush();
            if (bytes.Length > _buffer.Length)
            {
                _hash.Append(bytes);
                return;
            }
        }

        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    private void Flush()
    {
        _hash.Append(_buffer.AsSpan(0, _used));
        _used = 0;
    }
}
