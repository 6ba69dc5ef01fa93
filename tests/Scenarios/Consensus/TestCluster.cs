using RaftKv.Consensus;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Several servers whose messages arrive at once and in order, unless the test drops them.</summary>
internal sealed class TestCluster
{
    private readonly TestServer[] _servers;

    public TestCluster(params TestServer[] servers) => _servers = servers;

    public static TestCluster Of(int size) =>
        new([.. Enumerable.Range(1, size).Select(id => new TestServer(id, size))]);

    /// <summary>Servers whose election time-outs differ: the lower the id, the sooner.</summary>
    public static TestCluster Of(int size, Func<RaftOptions, RaftOptions> configure) =>
        new([.. Enumerable.Range(1, size).Select(id => new TestServer(id, size, null, _ => id << 11, configure))]);

    /// <summary>Which messages are lost.</summary>
    public Func<Message, bool> Lose { get; set; } = _ => false;

    /// <summary>How many bytes a snapshot has, and a piece of it.</summary>
    public (int Total, int Piece) SnapshotBytes { get; set; } = (10, 4);

    public int Delivered { get; private set; }

    public TestServer this[int id] => _servers[id - 1];

    /// <summary>Cuts these servers off.</summary>
    public void Isolate(params int[] ids) =>
        Lose = message => ids.Contains(message.From.Value) || ids.Contains(message.To.Value);

    public void Heal() => Lose = _ => false;

    public void Elect(int id)
    {
        this[id].Elapse();
        Run();
    }

    /// <summary>Delivers until nothing is on the way.</summary>
    public void Run()
    {
        for (var quiet = false; !quiet;)
        {
            quiet = true;
            foreach (var server in _servers)
            {
                quiet &= !ServeSnapshots(server);
                foreach (var message in server.Take())
                {
                    quiet = false;
                    if (Lose(message))
                        continue;
                    Delivered++;
                    this[message.To.Value].Receive(message);
                }
            }
        }
    }

    /// <summary>Lets time pass for everyone; who is due acts, and all that follows arrives at once.</summary>
    public void Pass(TimeSpan time)
    {
        var end = _servers.Max(server => server.Now) + time.Ticks;
        while (_servers.MinBy(server => server.Raft.NextDeadline) is { } next && next.Raft.NextDeadline <= end)
        {
            foreach (var server in _servers)
                server.Now = Math.Max(server.Now, next.Raft.NextDeadline);
            next.Step(Input.TimePassed);
            Run();
        }

        foreach (var server in _servers)
            server.Now = end;
    }

    /// <summary>The leader's next heartbeat, and all that follows from it.</summary>
    public void Heartbeat(int leader)
    {
        this[leader].Elapse();
        Run();
    }

    private bool ServeSnapshots(TestServer server)
    {
        var busy = server.SnapshotReads.Count + server.SnapshotChunks.Count > 0;
        var (total, piece) = SnapshotBytes;
        foreach (var read in server.SnapshotReads.ToArray())
        {
            var data = new byte[Math.Min(piece, total - read.Offset)];
            server.SnapshotReads.Remove(read);
            server.Step(Input.SnapshotRead(read, new(server.Raft.Snapshot, read.Offset, total, data)));
        }

        foreach (var message in server.SnapshotChunks.ToArray())
        {
            var chunk = message.InstallSnapshot;
            var next = chunk.Offset + chunk.Data.Length;
            server.SnapshotChunks.Remove(message);
            server.Step(Input.SnapshotStored(message, next, next == total));
        }

        return busy;
    }
}
