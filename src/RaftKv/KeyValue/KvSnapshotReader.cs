namespace RaftKv.KeyValue;

/// <summary>Builds a state from the blocks that <see cref="KvSnapshotCut"/> writes, and accepts nothing else.</summary>
internal sealed class KvSnapshotReader
{
    private readonly KvState _state;
    private readonly SessionsReader _sessions;
    private Expected _expected = Expected.Header;
    private ulong _entriesLeft;
    private string? _previousKey;

    public KvSnapshotReader(KvOptions options)
    {
        _state = new KvState(options);
        _sessions = new SessionsReader(_state.Sessions);
    }

    private enum Expected
    {
        Header,
        Entries,
        Sessions,
        Hash,
        Nothing,
    }

    /// <exception cref="InvalidDataException">Not a block of a snapshot; the message says where and why.</exception>
    public void ReadBlock(ReadOnlySpan<byte> block)
    {
        var reader = new SpanReader(block, "key-value snapshot");
        switch (_expected)
        {
            case Expected.Header:
                _entriesLeft = KvSnapshot.ReadHeader(ref reader, _state);
                ReadEntries(ref reader, block);
                break;
            case Expected.Entries:
                ReadEntries(ref reader, block);
                break;
            case Expected.Sessions:
                _sessions.Read(ref reader, block);
                if (_sessions.IsComplete) _expected = Expected.Hash;
                break;
            case Expected.Hash:
                KvSnapshot.ReadHash(ref reader, _state);
                _expected = Expected.Nothing;
                break;
            default:
                throw reader.Malformed("the end", "is followed by another block");
        }

        reader.End();
    }

    /// <exception cref="InvalidDataException">Blocks are missing.</exception>
    public KvState Complete() => _expected == Expected.Nothing
        ? _state
        : throw new InvalidDataException("Malformed key-value snapshot: blocks are missing at its end.");

    private void ReadEntries(ref SpanReader reader, ReadOnlySpan<byte> block)
    {
        for (; reader.Remaining > 0 && _entriesLeft > 0; _entriesLeft--)
            KvSnapshot.ReadEntry(ref reader, block, _state, ref _previousKey);
        _expected = _entriesLeft > 0 ? Expected.Entries : Expected.Sessions;
    }
}
