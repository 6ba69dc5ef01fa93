using System.IO.Hashing;
using System.Text;

namespace RaftKv.KeyValue;

/// <summary>
/// A key and its value, with the entry's share of the state hash. The value sits at the front of a buffer that grows by
/// doubling, and the hash is a sum over blocks, so an Append costs what it adds and not what is there already.
/// </summary>
internal sealed class KvEntry
{
    private const int BlockBytes = 512;

    private readonly ulong _keyHash;
    private byte[] _buffer = [];
    private int _length;
    private ulong _fullBlocksHash;

    /// <summary>An entry with an empty value.</summary>
    public KvEntry(string key)
    {
        Key = key;
        _keyHash = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(key));
        Rehash(from: 0);
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>
    /// The value. What was returned never changes: Append writes behind it, Put and growth take a new buffer.
    /// </summary>
    public ReadOnlyMemory<byte> Value => _buffer.AsMemory(0, _length);

    /// <summary>A hash of key and value; the same however the value came about.</summary>
    public ulong Digest { get; private set; }

    /// <summary>Replaces the value with a copy of <paramref name="value"/>.</summary>
    public void Put(ReadOnlySpan<byte> value)
    {
        _buffer = value.ToArray();
        _length = value.Length;
        _fullBlocksHash = 0;
        Rehash(from: 0);
    }

    /// <summary>Adds a copy of <paramref name="value"/> to the end of the value.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        var hashed = _length - (_length % BlockBytes);
        var length = checked(_length + value.Length);
        if (length > _buffer.Length)
        {
            var grown = new byte[(int)Math.Min(Math.Max(length, 2L * _buffer.Length), Array.MaxLength)];
            Value.CopyTo(grown);
            _buffer = grown;
        }

        value.CopyTo(_buffer.AsSpan(_length));
        _length = length;
        Rehash(hashed);
    }

    private void Rehash(int from)
    {
        for (; _length - from >= BlockBytes; from += BlockBytes)
            _fullBlocksHash += XxHash3.HashToUInt64(_buffer.AsSpan(from, BlockBytes), from + 1L);
        var tail = XxHash3.HashToUInt64(_buffer.AsSpan(from, _length - from), from + 1L);
        Digest = StateDigest.Mix(StateDigest.Mix(_keyHash, (ulong)_length), _fullBlocksHash + tail);
    }
}
