using System.Buffers.Binary;
using RaftKv.Consensus;

namespace RaftKv.Server;

/// <summary>Reads what <see cref="ReplicaCut"/> wrote: the configuration, and the rest for the state machine.</summary>
/// <param name="state">The state machine; <see langword="null"/>: only the configuration is asked for.</param>
internal sealed class ReplicaRestore(ISnapshotRestore? state) : ISnapshotRestore
{
    private byte[] _head = new byte[ReplicaCut.LengthBytes];
    private int _read;
    private Configuration? _configuration;

    /// <summary>Whether <see cref="Configuration"/> has been read.</summary>
    public bool HasConfiguration => _configuration is not null;

    /// <summary>The configuration in force at the snapshot.</summary>
    public Configuration Configuration => _configuration ?? throw Malformed("ends before its configuration");

    public void Read(ReadOnlySpan<byte> bytes)
    {
        while (_configuration is null)
        {
            var taken = Math.Min(bytes.Length, _head.Length - _read);
            bytes[..taken].CopyTo(_head.AsSpan(_read));
            bytes = bytes[taken..];
            _read += taken;
            if (_read < _head.Length)
                return;
            if (_head.Length == ReplicaCut.LengthBytes)
                Array.Resize(ref _head, ReplicaCut.LengthBytes + Length());
            else if (!ConfigurationCodec.TryDecode(_head.AsSpan(ReplicaCut.LengthBytes), out _configuration))
                throw Malformed("has a configuration that does not decode");
        }

        if (!bytes.IsEmpty)
            state?.Read(bytes);
    }

    public void Complete()
    {
        _ = Configuration;
        state?.Complete();
    }

    private int Length()
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(_head);
        return length is > 0 and <= ConfigurationCodec.MaxBytes ? length : throw Malformed($"says {length} bytes");
    }

    private static InvalidDataException Malformed(string what) => new($"A snapshot {what}.");
}
