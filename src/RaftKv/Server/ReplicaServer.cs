using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Rpc;

namespace RaftKv.Server;

/// <summary>
/// One node of a cluster that replicates any <see cref="IStateMachine{TResult}"/>: a replica, its links to the other
/// members, and the server that they connect to. Clients are the program's own affair: it calls this on its loop.
/// </summary>
public sealed class ReplicaServer<TResult> : IDisposable
{
    private readonly ReplicaNode<TResult> _node;
    private readonly IStateMachine<TResult> _machine;
    private readonly int _maxCommandBytes;

    internal ReplicaServer(ReplicaNode<TResult> node, IStateMachine<TResult> machine, int maxCommandBytes)
    {
        (_node, _machine, _maxCommandBytes) = (node, machine, maxCommandBytes);
        node.Listen(new NoClients());
    }

    /// <summary>The replica: status, transfer of leadership, changes of the membership.</summary>
    public Replica<TResult> Replica => _node.Replica;

    /// <summary>
    /// Proposes a command; the memory belongs to the log from now on. A caller that tries again after
    /// <see cref="ProposalEnd.Unknown"/> may have its command applied twice: the machine must tell repetitions apart.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// No message between servers holds the command: see <see cref="RpcOptions.MaxBodyBytes"/>.
    /// </exception>
    public Task<ProposalOutcome<TResult>> ProposeAsync(ReadOnlyMemory<byte> command) =>
        command.Length <= _maxCommandBytes
            ? Replica.ProposeAsync(command)
            : throw new ArgumentException($"A command has {command.Length} bytes; {_maxCommandBytes} are the most.");

    /// <summary>Asks the state machine, linearizably, on the leader or on a follower.</summary>
    /// <returns>The answer, and whether there is one: without a leader, or when too many ask, there is none.</returns>
    public async Task<(ReadOutcome Outcome, TResult? Answer)> QueryAsync(ReadOnlyMemory<byte> query)
    {
        var outcome = await Replica.ReadAsync();
        return (outcome, outcome.End == ReadEnd.Ready ? _machine.Query(query) : default);
    }

    /// <summary>Stops listening and taking part. Those who still wait get <see cref="ProposalEnd.Unknown"/>.</summary>
    public void Dispose() => _node.Dispose();

    private sealed class NoClients : IClientHandler
    {
        public void OnCommand(KvCommand command, RpcReply reply) =>
            reply.Send(new KvReply(KvStatus.Rejected, "this server keeps no keys"));
    }
}
