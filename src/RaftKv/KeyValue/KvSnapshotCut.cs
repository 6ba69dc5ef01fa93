using System.Buffers;
using System.Buffers.Binary;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>
/// Writes a state as it was when this was made, block by block (see <see cref="KvSnapshot"/>). Of the sessions, what is
/// small is copied at once; the entries are copied on write.
/// </summary>
internal sealed class KvSnapshotCut : ISnapshotCut
{
    /// <summary>Size of a block, unless one item is larger. The same everywhere, so that the bytes are.</summary>
    private const int BlockBytes = 32 * 1024;

    private readonly KvState _state;
    private readonly EntriesCut _entries;
    private readonly ArrayBufferWriter<byte> _block = new();
    private readonly IEnumerator<int> _sessions;
    private readonly ArrayBufferWriter<byte> _hash = new();
    private bool _hasEntries = true;

    public KvSnapshotCut(KvState state)
    {
        _state = state;
        _entries = state.BeginCut();
        KvSnapshot.WriteHeader(state, _block);
        _sessions = new SessionsCut(state.Sessions).Write(_block);
        KvSnapshot.WriteHash(state, _hash);
    }

    public bool WriteNext(IBufferWriter<byte> writer) => _hasEntries ? WriteEntries(writer) : WriteSessions(writer);

    public void Dispose()
    {
        _state.EndCut(_entries);
        _sessions.Dispose();
    }

    private bool WriteEntries(IBufferWriter<byte> writer)
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
                    _hasEntries = false;
                    EndBlock(_block, writer);
                    return true;
            }
        }

        EndBlock(_block, writer);
        return true;
    }

    private bool WriteSessions(IBufferWriter<byte> writer)
    {
        var isComplete = false;
        while (!isComplete && _block.WrittenCount < BlockBytes) isComplete = !_sessions.MoveNext();
        EndBlock(_block, writer);
        if (isComplete) EndBlock(_hash, writer);
        return !isComplete;
    }

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
