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

    /// <summary>A cluster as it is really founded, led by server 1; and blank servers to add to it.</summary>
    public static TestCluster Founded(int size, int spare = 0)
    {
        var founding = new LogEntry(
            new(1), Term.Zero, EntryKind.Configuration, ConfigurationCodec.Encode(TestServer.Voters(size)));
        var founder = RecoveredState.Fresh with { Entries = [founding] };
        var cluster = new TestCluster(
        [
            .. Enumerable.Range(1, size).Select(id => new TestServer(id, 0, founder)),
            .. Enumerable.Range(size + 1, spare).Select(id => new TestServer(id, 0)),
        ]);
        cluster.Elect(1);
        cluster.Heartbeat(1);
        return cluster;
    }

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

    /// <summary>Another server in the place of one, such as the same after a restart.</summary>
    public void Replace(int id, TestServer server)
    {
        server.Now = this[id].Now;
        _servers[id - 1] = server;
    }

    public void Propose(int id, params string[] commands)
    {
        this[id].Propose(commands);
        Run();
    }

    /// <summary>Asks a server for a change of membership; new members listen at n and their id.</summary>
    public ProposalResult Propose(int id, params (MemberChangeKind Kind, int Id)[] changes)
    {
        this[id].Proposals.Clear();
        this[id].Step(Input.ChangeMembership(
            1, [.. changes.Select(change => new MemberChange(change.Kind, new(change.Id), $"n{change.Id}"))]));
        Run();
        return this[id].Proposals.Single();
    }

    /// <returns>Why it is not begun, or null.</returns>
    public string? Change(int id, params (MemberChangeKind Kind, int Id)[] changes) =>
        Propose(id, changes).Reason;

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
                    if (Lose(message) || message.To.Value > _servers.Length)
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
