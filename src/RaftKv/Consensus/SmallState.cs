using System.Buffers;

namespace RaftKv.Consensus;

/// <summary>Snapshots of state machines whose whole state can be written and read at once.</summary>
public static class SmallState
{
    /// <summary>A cut that is these bytes.</summary>
    public static ISnapshotCut Cut(ReadOnlyMemory<byte> content) => new WholeCut(content);

    /// <summary>Collects the bytes of a snapshot and hands them over when all are there.</summary>
    public static ISnapshotRestore Restore(Action<ReadOnlyMemory<byte>> replace) => new WholeRestore(replace);

    private sealed class WholeCut(ReadOnlyMemory<byte> content) : ISnapshotCut
    {
        public bool WriteNext(IBufferWriter<byte> writer)
        {
            writer.Write(content.Span);
            return false;
        }

        public void Dispose()
        {
        }
    }

    private sealed class WholeRestore(Action<ReadOnlyMemory<byte>> replace) : ISnapshotRestore
    {
        private readonly ArrayBufferWriter<byte> _content = new();

        public void Read(ReadOnlySpan<byte> bytes) => _content.Write(bytes);

        public void Complete() => replace(_content.WrittenMemory);
    }
}
