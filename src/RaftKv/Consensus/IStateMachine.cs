using System.Buffers;

namespace RaftKv.Consensus;

/// <summary>
/// What the log drives (paper §2): the same commands in the same order bring every replica to the same state. It must
/// not look at anything but its commands and its state: no clock, no chance, no node identity.
/// </summary>
/// <typeparam name="TResult">What a command yields. Typed: who answers nobody encodes nothing.</typeparam>
/// <remarks>Called on the node's loop only, one call at a time.</remarks>
public interface IStateMachine<TResult>
{
    /// <summary>Applies the next committed command. Called once per command, in index order.</summary>
    /// <exception cref="InvalidDataException">Malformed command. The node must stop: to skip it would fork.</exception>
    TResult Apply(LogIndex index, ReadOnlyMemory<byte> command);

    /// <summary>
    /// Answers a query from the state as it is, changing nothing. Linearizable if asked after a read barrier.
    /// </summary>
    /// <exception cref="InvalidDataException">Malformed query.</exception>
    TResult Query(ReadOnlyMemory<byte> query);

    /// <summary>Writes the whole state. Equal states write equal bytes.</summary>
    void WriteSnapshot(IBufferWriter<byte> writer);

    /// <summary>Replaces the whole state; <paramref name="snapshot"/> is not kept.</summary>
    /// <exception cref="InvalidDataException">The snapshot is malformed; the state is as it was.</exception>
    void Restore(ReadOnlyMemory<byte> snapshot);
}
