using System.Numerics;

namespace RaftKv.Sim.World;

/// <summary>Something on its way from one end of a connection to the other. Pooled, with its buffer.</summary>
internal sealed class Packet : SimEvent
{
    /// <summary>Not part of the stream, so no hole in the stream swallows it.</summary>
    public const long OutOfBand = -1;

    private byte[] _buffer = [];
    private int _length;

    public PacketKind Kind { get; private set; }

    /// <summary>The end that it goes to.</summary>
    public SimConnection Target { get; private set; } = null!;

    /// <summary>Its place in its direction of the connection, or <see cref="OutOfBand"/>.</summary>
    public long Sequence { get; private set; }

    /// <summary>Bytes of the send buffer that it occupies; a duplicate occupies none.</summary>
    public int BufferedBytes { get; private set; }

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    public void Prepare(
        PacketKind kind, SimConnection target, long sequence, ReadOnlySpan<byte> bytes, int bufferedBytes)
    {
        Kind = kind;
        Target = target;
        Sequence = sequence;
        BufferedBytes = bufferedBytes;
        if (_buffer.Length < bytes.Length) _buffer = new byte[BitOperations.RoundUpToPowerOf2((uint)bytes.Length)];
        bytes.CopyTo(_buffer);
        _length = bytes.Length;
    }

    /// <summary>For a trace line.</summary>
    public override string ToString() =>
        Kind == PacketKind.Data ? $"{_length} bytes" : Kind.ToString().ToLowerInvariant();

    public override void Fire(long argument) => Target.Arrive(this);

    public override void Discard(long argument) => Target.ArriveAtDeadProcess(this);
}

internal enum PacketKind
{
    Data,

    /// <summary>The sender has closed its end in good order.</summary>
    Close,

    /// <summary>The sender knows nothing (any more) of this connection.</summary>
    Reset,
}
