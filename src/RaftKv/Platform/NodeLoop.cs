namespace RaftKv.Platform;

/// <summary>
/// The single thread of control of a node or a client. Everything a node does runs here, one callback at a time, so
/// its code needs no locks; awaits resume here because the loop is the current synchronization context.
/// </summary>
public abstract class NodeLoop : SynchronizationContext
{
    /// <summary>Whether the caller already runs on this loop.</summary>
    public abstract bool IsCurrent { get; }

    /// <summary>Whether the loop has been stopped; posts to a stopped loop are dropped.</summary>
    public abstract bool IsStopped { get; }

    /// <inheritdoc/>
    public sealed override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("A loop never blocks on another: use Post.");

    /// <inheritdoc/>
    public sealed override SynchronizationContext CreateCopy() => this;
}
