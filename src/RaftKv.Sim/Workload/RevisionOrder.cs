using RaftKv.Diagnostics;
using RaftKv.KeyValue;

namespace RaftKv.Sim.Workload;

/// <summary>
/// Revisions never go back: whatever begins after an answer gets no lower revision than that answer had, a change gets
/// a higher one, and no two changes the same.
/// </summary>
internal sealed class RevisionOrder
{
    private readonly Dictionary<long, string> _changes = [];
    private long _latest;

    /// <summary>An operation begins.</summary>
    /// <returns>The highest revision that anyone has been told so far.</returns>
    public long Begin() => _latest;

    /// <summary>An operation was answered.</summary>
    /// <param name="began">What <see cref="Begin"/> said.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="result">The answer.</param>
    /// <param name="name">The operation, for the message.</param>
    public void End(long began, KvRequest request, in KvResult result, string name)
    {
        var changes = request.Operation is KvOperation.Put or KvOperation.Append
            || (request.Operation is KvOperation.CompareAndSwap or KvOperation.Delete && result.Succeeded);
        if (result.Revision < began + (changes ? 1 : 0))
            throw new InvariantViolationException("revisions grow",
                $"{name} began after revision {began} and got revision {result.Revision}");
        if (changes && !_changes.TryAdd(result.Revision, name))
            throw new InvariantViolationException("revisions grow",
                $"{name} and {_changes[result.Revision]} both made revision {result.Revision}");
        _latest = Math.Max(_latest, result.Revision);
    }
}
