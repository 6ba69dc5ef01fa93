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

    /// <summary>
    /// The whole state as it is now, to be written piece by piece while commands go on being applied. Equal states
    /// yield equal bytes. At most one cut is open at a time.
    /// </summary>
    ISnapshotCut Cut();

    /// <summary>
    /// Begins to replace the whole state. Nothing but queries of the old one is asked until
    /// <see cref="ISnapshotRestore.Complete"/>; if that never comes, the node does not go on.
    /// </summary>
    ISnapshotRestore BeginRestore();
}

/// <summary>A state as it was at one moment.</summary>
public interface ISnapshotCut : IDisposable
{
    /// <summary>
    /// Writes the next piece, or nothing yet. Short, because the node's loop waits for it: some ten kilobytes, or a
    /// single item.
    /// </summary>
    /// <returns>Whether there is more to write.</returns>
    bool WriteNext(System.Buffers.IBufferWriter<byte> writer);
}

/// <summary>A state that is being read.</summary>
public interface ISnapshotRestore
{
    /// <summary>Reads the next bytes, which may end anywhere and are valid during the call only.</summary>
    /// <exception cref="InvalidDataException">They are malformed.</exception>
    void Read(ReadOnlySpan<byte> bytes);

    /// <summary>All has been read: the state is replaced.</summary>
    /// <exception cref="InvalidDataException">Something is missing or contradicts itself.</exception>
    void Complete();
}
