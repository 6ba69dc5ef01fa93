using System.Buffers.Binary;
using RaftKv.Platform;
using RaftKv.Sim.World;

namespace RaftKv.Scenarios.Sim;

/// <summary>A node that listens, and remembers what connections bring: 4-byte frames with ascending numbers.</summary>
internal sealed class Toy
{
    public Toy(SimWorld world, string name)
    {
        World = world;
        Node = world.AddNode(name, Boot);
        Node.Start();
    }

    public SimWorld World { get; }

    public SimNode Node { get; }

    public NodePlatform Platform { get; private set; } = null!;

    /// <summary>What each accepted or opened connection of all incarnations brought, oldest connection first.</summary>
    public List<Inbox> Inboxes { get; } = [];

    /// <summary>Opens a connection; null when that failed. Lets time pass until it is decided.</summary>
    public Inbox? Connect(Toy to, CancellationToken cancellationToken = default)
    {
        Inbox? inbox = null;
        var isDecided = false;
        Node.Post(async () =>
        {
            var (connection, _) = await Platform.Network.ConnectAsync($"{to.Node.Name}:1", cancellationToken);
            if (connection is not null) inbox = Adopt(connection);
            isDecided = true;
        });
        if (!World.RunUntil(() => isDecided, TimeSpan.FromMinutes(1)))
            throw new InvalidOperationException($"not decided: {World.Failure}");
        return inbox;
    }

    private void Boot(NodePlatform platform)
    {
        Platform = platform;
        platform.Network.Listen($"{Node.Name}:1", connection => Adopt(connection));
    }

    private Inbox Adopt(IConnection connection)
    {
        var inbox = new Inbox(Node, connection);
        Inboxes.Add(inbox);
        connection.Start(inbox);
        return inbox;
    }
}

/// <summary>One end of a connection.</summary>
internal sealed class Inbox(SimNode node, IConnection connection) : IConnectionHandler
{
    private readonly List<byte> _bytes = [];

    public IConnection Connection { get; } = connection;

    public List<int> PieceLengths { get; } = [];

    public string? ClosedReason { get; private set; }

    /// <summary>The frames that arrived whole.</summary>
    public List<int> Numbers =>
    [
        .. _bytes.Chunk(4)
            .Where(chunk => chunk.Length == 4)
            .Select(chunk => BinaryPrimitives.ReadInt32LittleEndian(chunk)),
    ];

    /// <summary>Sends numbered frames, each with its own Send.</summary>
    public void Send(int first, int count) => node.Post(() =>
    {
        var frame = new byte[4];
        for (var number = first; number < first + count; number++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(frame, number);
            if (!Connection.Send(frame)) Refused++;
        }
    });

    public int Refused { get; private set; }

    public void Close() => node.Post(Connection.Dispose);

    public void Received(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        PieceLengths.Add(bytes.Length);
    }

    public void Closed(string reason) =>
        ClosedReason = ClosedReason is null ? reason : throw new InvalidOperationException("closed twice");
}
