using RaftKv.Client;
using RaftKv.Diagnostics;
using RaftKv.KeyValue;

namespace RaftKv.Sim.Workload;

/// <summary>
/// Revisions never go back: whatever begins after an answer gets no lower revision than that answer had, a change gets
/// a higher one, and no two changes the same.
/// </summary>
internal sealed class RevisionOrder
{
    private readonly Dictionary<long, Change> _changes = [];
    private long _latest;

    /// <summary>An operation begins.</summary>
    /// <returns>The highest revision that anyone has been told so far.</returns>
    public long Begin() => _latest;

    /// <summary>An operation was answered.</summary>
    /// <param name="began">What <see cref="Begin"/> said.</param>
    /// <param name="result">The answer.</param>
    /// <param name="operation">What was asked, and by whom.</param>
    public void End(long began, in KvResult result, Change operation)
    {
        var changes = operation.Kind is KvOperation.Put or KvOperation.Append
            || (operation.Kind is KvOperation.CompareAndSwap or KvOperation.Delete && result.Succeeded);
        if (result.Revision < began + (changes ? 1 : 0))
            throw new InvariantViolationException("revisions grow",
                $"{operation} began after revision {began} and got revision {result.Revision}");
        if (changes && !_changes.TryAdd(result.Revision, operation))
            throw new InvariantViolationException("revisions grow",
                $"{operation} and {_changes[result.Revision]} both made revision {result.Revision}");
        _latest = Math.Max(_latest, result.Revision);
    }

    /// <summary>An operation; its name is made when a message needs it.</summary>
    internal readonly record struct Change(int Client, ClerkOperation Operation)
    {
        public KvOperation Kind => Operation.Kind;

        public override string ToString() => $"c{Client}.{Operation.Number} {Operation.Request}";
    }
}
