using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Platform;
using RaftKv.Rpc;
using Xunit;

namespace RaftKv.Scenarios.Rpc;

/// <summary>A server n1 of cluster "c" at "one", whose handler only collects; and what is needed to reach it.</summary>
internal sealed class RpcWorld : IRpcHandler, IDisposable
{
    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SynchronizationContext? _before = SynchronizationContext.Current;

    public RpcWorld(RpcOptions? options = null, ILoggerFactory? logging = null)
    {
        Options = options ?? new RpcOptions();
        var loop = new InlineLoop();
        SynchronizationContext.SetSynchronizationContext(loop);
        Platform = new NodePlatform(loop, Time, Network, null!, new NoChance(), logging ?? NullLoggerFactory.Instance);
        Server = new RpcServer(Platform, new RpcIdentity("c", new NodeId(1)), "one", this, Options);
    }

    public RpcOptions Options { get; }

    public FakeTimeProvider Time { get; } = new();

    public MemoryNetwork Network { get; } = new();

    public NodePlatform Platform { get; }

    public RpcServer Server { get; }

    public ulong Founding { get; set; }

    public List<(KvCommand Command, RpcReply Reply)> Commands { get; } = [];

    public List<Message> Messages { get; } = [];

    /// <summary>The dialling end of the newest connection.</summary>
    public MemoryConnection Connection => Network.Dialled[^1];

    public RpcChannel Channel(string cluster = "c", int expected = 0) =>
        new(Platform, new RpcIdentity(cluster, NodeId.None), "one", new NodeId(expected), Options);

    public PeerLink Link(int from = 2, int expected = 1, ulong founding = 0) => new(
        Platform, new RpcIdentity("c", new NodeId(from)) { Founding = founding }, new NodeId(expected), "one", Options);

    /// <summary>The dialling end of a connection that nobody speaks on yet.</summary>
    public MemoryConnection Stranger() =>
        (MemoryConnection)Network.ConnectAsync("one", CancellationToken.None).AsTask().Now().Connection!;

    public static KvCommand Put(int number) =>
        new(KvRequest.Put($"key{number}", "v"u8.ToArray()), new ClientId(9), new((ulong)number), new(1));

    public static KvReply Ok(string detail) => new(KvStatus.Ok, detail);

    public static Message Vote(int from = 2, int to = 1) =>
        new(new NodeId(from), new NodeId(to), new Term(3), 4, new RequestVote(new LogIndex(5), new Term(2)));

    /// <summary>Sessions are opened at once, everything else waits for the test.</summary>
    public void OnCommand(KvCommand command, RpcReply reply)
    {
        if (command.Operation == KvOperation.OpenSession)
            reply.Send(new KvReply(new KvResult(KvStatus.Ok) { Session = new(new(7), TimeSpan.FromHours(1)) }));
        else
            Commands.Add((command, reply));
    }

    public void OnMessage(in Message message, string senderAddress) => Messages.Add(message);

    public void Dispose()
    {
        Server.Dispose();
        SynchronizationContext.SetSynchronizationContext(_before);
    }

    /// <summary>The test's own thread: nothing runs but what the test calls.</summary>
    private sealed class InlineLoop : NodeLoop
    {
        public override bool IsCurrent => true;

        public override bool IsStopped => false;

        public override void Post(SendOrPostCallback d, object? state) => d(state);
    }

    private sealed class NoChance : IEntropy
    {
        public int Below(int exclusiveMax) => exclusiveMax - 1;

        public ulong NextUInt64() => 0;
    }
}

internal static class Completed
{
    /// <summary>The result of a task that must have completed by now: a test never waits.</summary>
    public static T Now<T>(this Task<T> task)
    {
        Assert.True(task.IsCompleted, "The task has not completed.");
        return task.GetAwaiter().GetResult();
    }
}
