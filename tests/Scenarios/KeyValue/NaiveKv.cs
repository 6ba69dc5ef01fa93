using System.Text;
using RaftKv.KeyValue;

namespace RaftKv.Scenarios.KeyValue;

/// <summary>The store and its sessions as a first reading of the rules would have them.</summary>
internal sealed class NaiveKv(KvLimits limits)
{
    private readonly List<Session> _sessions = [];

    public Dictionary<string, string> Values { get; } = [];

    public (KvStatus Status, string? Value) Apply(int time, KvCommand command)
    {
        if (command.Operation == KvOperation.Get) return (KvStatus.Ok, Values.GetValueOrDefault(command.Key));
        var session = _sessions.Find(session => session.Client == command.ClientId.Value);
        if (session is null)
        {
            if (command.FirstUnacknowledged.Value != 1) return (KvStatus.Expired, null);
            if (_sessions.Count == limits.MaxSessions) _sessions.Remove(_sessions.MinBy(session => session.LastUse)!);
            _sessions.Add(session = new Session { Client = command.ClientId.Value });
        }

        session.LastUse = time;
        session.First = Math.Max(session.First, command.FirstUnacknowledged.Value);
        if (command.RequestId.Value < session.First) return (KvStatus.Expired, null);
        if (!session.Results.TryGetValue(command.RequestId.Value, out var status))
            session.Results.Add(command.RequestId.Value, status = Write(command));
        return (status, null);
    }

    private KvStatus Write(KvCommand command)
    {
        var added = Encoding.UTF8.GetString(command.Value.Span);
        var value = command.Operation == KvOperation.Put ? added : Values.GetValueOrDefault(command.Key) + added;
        if (Encoding.UTF8.GetByteCount(value) > limits.MaxValueBytes) return KvStatus.Rejected;
        Values[command.Key] = value;
        return KvStatus.Ok;
    }

    private sealed class Session
    {
        public required ulong Client { get; init; }

        public int LastUse { get; set; }

        public ulong First { get; set; } = 1;

        public Dictionary<ulong, KvStatus> Results { get; } = [];
    }
}
