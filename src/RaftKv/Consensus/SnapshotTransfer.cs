namespace RaftKv.Consensus;

/// <summary>The snapshot on its way to one follower: one piece at a time, resumed where the follower says.</summary>
internal sealed class SnapshotTransfer
{
    /// <summary>What is being sent.</summary>
    public SnapshotId Snapshot { get; private set; }

    /// <summary>The configuration in force there. Kept, because the own snapshot may have moved on meanwhile.</summary>
    public Configuration Configuration { get; private set; } = Configuration.Empty;

    /// <summary>Where the outstanding or next piece begins, in bytes.</summary>
    public long Offset { get; private set; }

    /// <summary>Identifies the outstanding piece; 0 when the next one has not been asked for.</summary>
    public long Number { get; private set; }

    /// <summary>When the outstanding piece was last asked for or sent.</summary>
    public long LastActivity { get; private set; }

    public void Start(SnapshotId snapshot, Configuration configuration) =>
        (Snapshot, Configuration, Offset, Number) = (snapshot, configuration, 0, 0);

    /// <summary>The piece at <see cref="Offset"/> is asked for, again if the number is the same.</summary>
    public void Ask(long number, long now) => (Number, LastActivity) = (number, now);

    /// <summary>The piece is sent. Storage may have given the start of a newer snapshot instead.</summary>
    public void Send(SnapshotId snapshot, Configuration configuration, long offset, long now) =>
        (Snapshot, Configuration, Offset, LastActivity) = (snapshot, configuration, offset, now);

    /// <summary>The follower wants to go on at <paramref name="offset"/>.</summary>
    public void Continue(long offset) => (Offset, Number) = (offset, 0);
}
