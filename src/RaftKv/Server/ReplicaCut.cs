using System.Buffers;
using System.Buffers.Binary;
using RaftKv.Consensus;

namespace RaftKv.Server;

/// <summary>
/// What a snapshot of a replica holds: the length of the configuration in force there (4 bytes, little endian), the
/// configuration, and the state machine's own bytes. So the configuration is under the same checksums as the state.
/// </summary>
internal sealed class ReplicaCut(Configuration configuration, ISnapshotCut state) : ISnapshotCut
{
    public const int LengthBytes = 4;

    private bool _begun;

    public bool WriteNext(IBufferWriter<byte> writer)
    {
        if (_begun)
            return state.WriteNext(writer);
        _begun = true;
        var bytes = ConfigurationCodec.Encode(configuration);
        BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(LengthBytes), bytes.Length);
        writer.Advance(LengthBytes);
        writer.Write(bytes);
        return true;
    }

    public void Dispose() => state.Dispose();
}
