using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>The remembered first results of one client's writes that it has not acknowledged.</summary>
/// <param name="client">Its id.</param>
/// <param name="timeoutMs">How long it lives unused: what its client was told when it was opened.</param>
internal sealed class ClientSession(ClientId client, long timeoutMs)
{
    /// <summary>
    /// Bytes of found values from which on no more are looked for, so that a session remembers less than this and one
    /// result. Part of what commands mean, and so no option: all members must judge alike.
    /// </summary>
    public const int MaxFoundBytes = 16 * 1024 * 1024;

    /// <summary>A list with room for more is let go when it is empty; the next request needs a small one.</summary>
    private const int RetainedResults = 4;

    // In order of the request id. Rarely more than a few: the client acknowledges with each further request.
    private List<Remembered>? _results;
    private ulong _resultsDigest;

    public ClientId Client { get; } = client;

    public long TimeoutMs { get; } = timeoutMs;

    /// <summary>Results below this request are gone.</summary>
    public RequestId FirstUnacknowledged { get; private set; } = new(1);

    /// <summary>Log position of the last use of this session.</summary>
    public LogIndex LastUsed { get; private set; }

    /// <summary>Time of the last use of this session, see <see cref="KvCommand.TimeMs"/>.</summary>
    public long LastUsedMs { get; private set; }

    /// <summary>The session that was used next before this one; managed by <see cref="SessionsByUse"/>.</summary>
    public ClientSession? Older { get; set; }

    /// <summary>The session that was used next after this one; managed by <see cref="SessionsByUse"/>.</summary>
    public ClientSession? Newer { get; set; }

    /// <summary>Bytes of the values that failed swaps and transactions found.</summary>
    public long FoundBytes { get; private set; }

    public IReadOnlyList<Remembered> Results => _results ?? (IReadOnlyList<Remembered>)[];

    /// <summary>This session's share of the state hash.</summary>
    public ulong Digest => StateDigest.Mix(
        StateDigest.Mix(Client.Value, StateDigest.Mix((ulong)LastUsed.Value, (ulong)LastUsedMs)),
        StateDigest.Mix((ulong)TimeoutMs, StateDigest.Mix(FirstUnacknowledged.Value, _resultsDigest)));

    public void Use(LogIndex index, long timeMs, RequestId firstUnacknowledged)
    {
        (LastUsed, LastUsedMs) = (index, timeMs);
        if (firstUnacknowledged.Value <= FirstUnacknowledged.Value) return;
        FirstUnacknowledged = firstUnacknowledged;
        if (_results is null) return;
        var acknowledged = PositionOf(firstUnacknowledged);
        for (var i = 0; i < acknowledged; i++)
        {
            _resultsDigest -= _results[i].Digest;
            FoundBytes -= Found(_results[i].Result);
        }

        _results.RemoveRange(0, acknowledged);
        if (_results is { Count: 0, Capacity: > RetainedResults }) _results = null;
    }

    public bool TryRecall(RequestId request, out KvResult result)
    {
        var position = PositionOf(request);
        var found = position < Results.Count && Results[position].Request == request;
        result = found ? Results[position].Result : default;
        return found;
    }

    public void Remember(RequestId request, KvResult result)
    {
        var remembered = new Remembered(request, result);
        _results ??= new List<Remembered>(1);
        _results.Insert(PositionOf(request), remembered);
        _resultsDigest += remembered.Digest;
        FoundBytes += Found(result);
    }

    private static long Found(in KvResult result)
    {
        long bytes = result.Value?.Length ?? 0;
        foreach (var each in result.Results ?? []) bytes += each.Value?.Length ?? 0;
        return bytes;
    }

    private int PositionOf(RequestId request)
    {
        var position = Results.Count;
        while (position > 0 && Results[position - 1].Request.Value >= request.Value) position--;
        return position;
    }

    /// <summary>A write's first result.</summary>
    internal readonly record struct Remembered(RequestId Request, KvResult Result)
    {
        public ulong Digest { get; } = StateDigest.Mix(Request.Value, KvResultCodec.Digest(Result));
    }
}
