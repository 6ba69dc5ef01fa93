using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>Reads what <see cref="SessionsCut"/> wrote, in any number of blocks of whole items.</summary>
internal sealed class SessionsReader(ClientSessions sessions)
{
    private bool _hasBegun;
    private ulong _timeoutsLeft;
    private long _timeoutMs;
    private ulong _sessionsLeft;
    private ulong _index;
    private ulong _lastUsedMs;
    private ClientSession? _session;
    private ulong _resultsLeft;
    private ulong _lastRequest;

    public bool IsComplete => _hasBegun && (_timeoutsLeft, _sessionsLeft, _resultsLeft) == (0, 0, 0);

    public void Read(ref SpanReader reader, ReadOnlySpan<byte> block)
    {
        if (!_hasBegun) Begin(ref reader);
        while (reader.Remaining > 0 && !IsComplete)
        {
            if (_resultsLeft > 0) ReadResult(ref reader, block);
            else if (_sessionsLeft > 0) ReadSession(ref reader);
            else ReadTimeout(ref reader);
        }
    }

    private void Begin(ref SpanReader reader)
    {
        var now = reader.Varint("time");
        if (now > long.MaxValue) throw reader.Malformed("time", $"is {now} ms");
        sessions.Advance((long)now);
        _timeoutsLeft = reader.Varint("number of session time-outs");
        _hasBegun = true;
    }

    private void ReadTimeout(ref SpanReader reader)
    {
        var timeoutMs = KvLimitsCodec.Timeout(ref reader);
        if (timeoutMs <= _timeoutMs) throw reader.Malformed("session time-out", "is out of order");
        _sessionsLeft = reader.Varint("number of sessions");
        if (_sessionsLeft == 0) throw reader.Malformed("number of sessions", "is 0");
        (_timeoutMs, _index, _lastUsedMs) = (timeoutMs, 0, 0);
        _timeoutsLeft--;
    }

    private void ReadSession(ref SpanReader reader)
    {
        _session = new ClientSession(new ClientId(reader.Fixed64("client id")), _timeoutMs);
        if (sessions.Contains(_session.Client)) throw reader.Malformed("client id", "occurs twice");
        var further = reader.Varint("last use");
        if (further == 0 || further > long.MaxValue - _index) throw reader.Malformed("last use", "is out of order");
        var later = reader.Varint("time of last use");
        if (later > (ulong)sessions.NowMs - _lastUsedMs) throw reader.Malformed("time of last use", "lies ahead");
        var first = reader.Varint("first unacknowledged request");
        if (first == 0) throw reader.Malformed("first unacknowledged request", "is 0");
        (_index, _lastUsedMs, _lastRequest) = (_index + further, _lastUsedMs + later, first - 1);
        _resultsLeft = reader.Varint("number of results");
        _session.Use(new LogIndex((long)_index), (long)_lastUsedMs, new RequestId(first));
        sessions.Add(_session);
        _sessionsLeft--;
    }

    private void ReadResult(ref SpanReader reader, ReadOnlySpan<byte> block)
    {
        var request = reader.Varint("request id");
        if (request <= _lastRequest) throw reader.Malformed("request id", "is out of order");
        _lastRequest = request;
        sessions.Remember(_session!, new RequestId(request), KvResultCodec.Read(ref reader, block));
        _resultsLeft--;
    }
}
