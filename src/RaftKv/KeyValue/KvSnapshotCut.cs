using System.Buffers;
using System.Buffers.Binary;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>
/// Writes a state as it was when this was made, block by block (see <see cref="KvSnapshot"/>). The sessions are few
/// and small, so they are written at once; the entries are copied on write.
/// </summary>
internal sealed class KvSnapshotCut : ISnapshotCut
{
    /// <summary>Size of a block, unless one entry is larger. The same everywhere, so that the bytes are.</summary>
    private const int BlockBytes = 32 * 1024;

    private readonly KvState _state;
    private readonly EntriesCut _entries;
    private readonly ArrayBufferWriter<byte> _block = new();
    private readonly ArrayBufferWriter<byte> _sessions = new();
    private readonly ArrayBufferWriter<byte> _hash = new();

    public KvSnapshotCut(KvState state)
    {
        _state = state;
        _entries = state.BeginCut();
        KvSnapshot.WriteHeader(state, _block);
        KvSnapshot.WriteSessions(state, _sessions);
        KvSnapshot.WriteHash(state, _hash);
    }

    public bool WriteNext(IBufferWriter<byte> writer)
    {
        while (_block.WrittenCount < BlockBytes)
        {
            switch (_entries.MoveNext())
            {
                case CutStep.Entry:
                    KvSnapshot.WriteEntry(_entries.Current.Key, _entries.Current.Value.Span, _block);
                    break;
                case CutStep.Preparing:
                    return true;
                case CutStep.End:
                    EndBlock(_block, writer);
                    EndBlock(_sessions, writer);
                    EndBlock(_hash, writer);
                    return false;
            }
        }

        EndBlock(_block, writer);
        return true;
    }

    public void Dispose() => _state.EndCut(_entries);

    private static void EndBlock(ArrayBufferWriter<byte> block, IBufferWriter<byte> writer)
    {
        if (block.WrittenCount == 0)
            return;
        BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(sizeof(int)), block.WrittenCount);
        writer.Advance(sizeof(int));
        writer.Write(block.WrittenSpan);
        block.ResetWrittenCount();
    }
}
