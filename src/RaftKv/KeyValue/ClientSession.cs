using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>The remembered first results of one client's writes that it has not acknowledged.</summary>
internal sealed class ClientSession(ClientId client)
{
    // In order of the request id. Rarely more than a few: the client acknowledges with each further request.
    private readonly List<Remembered> _results = [];
    private ulong _resultsDigest;

    public ClientId Client { get; } = client;

    /// <summary>Results below this request are gone.</summary>
    public RequestId FirstUnacknowledged { get; private set; } = new(1);

    /// <summary>Log position of the last write of this client.</summary>
    public LogIndex LastUsed { get; private set; }

    public IReadOnlyList<Remembered> Results => _results;

    /// <summary>This session's share of the state hash.</summary>
    public ulong Digest => StateDigest.Mix(
        StateDigest.Mix(Client.Value, (ulong)LastUsed.Value),
        StateDigest.Mix(FirstUnacknowledged.Value, _resultsDigest));

    public void Use(LogIndex index, RequestId firstUnacknowledged)
    {
        LastUsed = index;
        if (firstUnacknowledged.Value <= FirstUnacknowledged.Value) return;
        FirstUnacknowledged = firstUnacknowledged;
        var acknowledged = PositionOf(firstUnacknowledged);
        for (var i = 0; i < acknowledged; i++) _resultsDigest -= _results[i].Digest;
        _results.RemoveRange(0, acknowledged);
    }

    public bool TryRecall(RequestId request, out KvResult result)
    {
        var position = PositionOf(request);
        var found = position < _results.Count && _results[position].Request == request;
        result = found ? _results[position].Result : default;
        return found;
    }

    public void Remember(RequestId request, KvResult result)
    {
        var remembered = new Remembered(request, result);
        _results.Insert(PositionOf(request), remembered);
        _resultsDigest += remembered.Digest;
    }

    private int PositionOf(RequestId request)
    {
        var position = _results.Count;
        while (position > 0 && _results[position - 1].Request.Value >= request.Value) position--;
        return position;
    }

    /// <summary>A write's first result.</summary>
    internal readonly record struct Remembered(RequestId Request, KvResult Result)
    {
        public ulong Digest => StateDigest.Mix(Request.Value, KvResultCodec.Digest(Result));
    }
}
