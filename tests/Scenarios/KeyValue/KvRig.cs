using System.Buffers;
using RaftKv.Consensus;
using RaftKv.KeyValue;

namespace RaftKv.Scenarios.KeyValue;

/// <summary>
/// A state machine and its clients, which open their sessions first. Client n of a command means the session that
/// client n opened last.
/// </summary>
internal sealed class KvRig
{
    private readonly Dictionary<ClientId, ClientId> _sessions = [];
    private readonly KvLimits _limits;

    public KvRig(KvOptions options, int clients = 4, params IEnumerable<KvCommand> commands)
    {
        _limits = options.Limits;
        Machine = new KvStateMachine(options);
        for (var client = 1; client <= clients; client++) Apply(KvCommands.Open((ulong)client));
        foreach (var command in commands) Apply(command);
    }

    public KvStateMachine Machine { get; }

    public LogIndex Index { get; private set; }

    public byte[] Snapshot
    {
        get
        {
            using var cut = Machine.Cut();
            var writer = new ArrayBufferWriter<byte>();
            while (cut.WriteNext(writer))
            {
            }

            return writer.WrittenSpan.ToArray();
        }
    }

    /// <summary>Applies a command, through its bytes, and gives what comes of it elsewhere too.</summary>
    public KvResult Apply(KvCommand command, params ReadOnlySpan<KvStateMachine> replicas)
    {
        var own = Own(command);
        Index = Index.Next;
        var bytes = KvCommandCodec.Encode(own);
        var result = Machine.Apply(Index, bytes);
        foreach (var replica in replicas)
            Xunit.Assert.Equal(KvResults.Describe(result), KvResults.Describe(replica.Apply(Index, bytes)));
        if (result.Session is { } opened) _sessions[command.ClientId] = opened.Client;
        return result;
    }

    /// <summary>The command as the client's session sends it.</summary>
    public KvCommand Own(KvCommand command) =>
        command.Operation != KvOperation.OpenSession && _sessions.TryGetValue(command.ClientId, out var session)
            ? command with { ClientId = session, Limits = _limits }
            : command with { Limits = _limits };

    public string? Value(string key) => KvCommands.Text(Machine.Read(key));
}
