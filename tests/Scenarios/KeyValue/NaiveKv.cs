using System.Text;
using RaftKv.KeyValue;
using static RaftKv.Scenarios.KeyValue.KvCommands;

namespace RaftKv.Scenarios.KeyValue;

/// <summary>The store and its sessions as a first reading of the rules would have them.</summary>
internal sealed class NaiveKv(KvLimits limits)
{
    private readonly List<Session> _sessions = [];
    private readonly Dictionary<ulong, Session> _latest = [];
    private long _now;

    public Dictionary<string, string> Values { get; private set; } = [];

    public int Revision { get; private set; }

    /// <summary>Applies a command and says in words what came of it; see <see cref="KvResults"/>.</summary>
    public string Apply(long index, KvCommand command)
    {
        _now = Math.Max(_now, command.TimeMs);
        _sessions.RemoveAll(session => session.LastUseMs + limits.SessionTimeout.TotalMilliseconds < _now);
        if (command.Request.IsReadOnly) return Run(command.Request);
        if (command.Operation == KvOperation.OpenSession)
        {
            if (_sessions.Count == limits.MaxSessions)
            {
                var oldest = _sessions.MinBy(session => session.LastUse)!;
                if (oldest.LastUseMs + (limits.SessionTimeout.TotalMilliseconds / 2) >= _now) return $"Busy {Revision}";
                _sessions.Remove(oldest);
            }

            var opened = new Session { Client = command.ClientId.Value, LastUse = index, LastUseMs = _now };
            _sessions.Add(_latest[opened.Client] = opened);
            return $"Ok {Revision}";
        }

        // The client means the last session it opened.
        var session = _sessions.FindLast(session => session.Client == command.ClientId.Value);
        if (session is null || session != _latest[session.Client]) return "Expired";
        (session.LastUse, session.LastUseMs) = (index, _now);
        session.First = Math.Max(session.First, command.FirstUnacknowledged.Value);
        if (command.Operation == KvOperation.KeepAlive) return $"Ok {Revision}";
        if (command.RequestId.Value < session.First) return "Expired";
        if (!session.Results.TryGetValue(command.RequestId.Value, out var result))
            session.Results.Add(command.RequestId.Value, result = Run(command.Request));
        return result;
    }

    private string Run(KvRequest request)
    {
        switch (request.Operation)
        {
            case KvOperation.Scan:
                return $"Ok {Revision} [{Scan(request.Range!)}]";
            case KvOperation.CompareAndSwap:
                return Holds(request.Key, request.Expected)
                    ? All([KvRequest.Put(request.Key, request.Value)], out _) ?? $"Ok {Revision} yes"
                    : $"Ok {Revision}{Shown(request.Key)}";
            case KvOperation.Transaction:
                var transaction = request.Transaction!;
                var holds = transaction.Compares.All(compare => Holds(compare.Key, compare.Expected));
                return All(holds ? transaction.Then : transaction.Else, out var results)
                    ?? $"Ok {Revision}{(holds ? " yes" : "")} ({string.Join(", ", results)})";
            default:
                return All([request], out var single) ?? single[0];
        }
    }

    private string? All(IReadOnlyList<KvRequest> operations, out List<string> results)
    {
        var before = new Dictionary<string, string>(Values);
        List<Func<string>> told = [];
        var changed = false;
        foreach (var operation in operations)
        {
            var existed = Values.TryGetValue(operation.Key, out var value);
            changed |= operation.Operation is KvOperation.Put or KvOperation.Append
                || (existed && operation.Operation == KvOperation.Delete);
            if (operation.Operation == KvOperation.Put) Values[operation.Key] = Text(operation.Value)!;
            if (operation.Operation == KvOperation.Append) Values[operation.Key] = value + Text(operation.Value);
            if (operation.Operation == KvOperation.Delete) Values.Remove(operation.Key);
            told.Add(operation.Operation switch
            {
                KvOperation.Get => () => $"Ok {Revision}{(existed ? $" '{value}'" : "")}",
                KvOperation.Delete when existed => () => $"Ok {Revision} yes",
                _ => () => $"Ok {Revision}",
            });
            if (Values.Values.Any(each => Encoding.UTF8.GetByteCount(each) > limits.MaxValueBytes))
            {
                (Values, results) = (before, []);
                return $"Rejected {Revision}";
            }
        }

        Revision += changed ? 1 : 0;
        results = [.. told.Select(tell => tell())];
        return null;
    }

    private string Scan(KvScan range)
    {
        var keys = Values.Keys.Order(StringComparer.Ordinal).Where(key =>
            key.StartsWith(range.Prefix, StringComparison.Ordinal)
            && string.CompareOrdinal(key, range.From) >= 0
            && (range.To is null || string.CompareOrdinal(key, range.To) < 0)).ToList();
        var most = range.Limit > 0 ? range.Limit : limits.MaxScanItems;
        return string.Join(' ', keys.Take(most).Select(key => $"{key}={Values[key]}"))
            + (keys.Count > most ? $" next {keys[most]}" : "");
    }

    private bool Holds(string key, ReadOnlyMemory<byte>? expected) => Values.GetValueOrDefault(key) == Text(expected);

    private string Shown(string key) => Values.TryGetValue(key, out var value) ? $" '{value}'" : "";

    private sealed class Session
    {
        public required ulong Client { get; init; }

        public long LastUse { get; set; }

        public long LastUseMs { get; set; }

        public ulong First { get; set; } = 1;

        public Dictionary<ulong, string> Results { get; } = [];
    }
}
