using System.Text;
using RaftKv.Consensus;
using RaftKv.Node.Hosting;
using RaftKv.Platform;
using RaftKv.Scenarios.Node;
using RaftKv.Server;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.StateMachines;

/// <summary>A state machine of one's own on real sockets, files and clocks.</summary>
public sealed class LocalMachineTests : IDisposable
{
    private static readonly int _port = LoopbackPorts.First(3);

    private static readonly Configuration _members = new(Enumerable.Range(1, 3).Select(id =>
        new Member(new NodeId(id), $"127.0.0.1:{_port + id - 1}", MemberRole.Voter)));

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Three_servers_agree_and_remember_what_they_agreed_on()
    {
        foreach (var member in _members.Members)
        {
            using var machine = new LocalMachine("found", _directory.File($"{member.Id}"));
            await machine.RunAsync(platform => FoundAsync(member, platform));
        }

        await RunAsync(async servers =>
        {
            Assert.Equal(new LockResult(true, "alice", 0), await DoAsync(servers, "take door alice"));
            Assert.Equal(new LockResult(false, "alice", 0), await DoAsync(servers, "take door bob"));
        });
        await RunAsync(async servers =>
        {
            Assert.Equal(new LockResult(false, "alice", 0), await DoAsync(servers, "take door bob"));
            // Asked again after an election, it has been given back already.
            Assert.Null((await DoAsync(servers, "give door alice")).Owner);
            Assert.Equal(new LockResult(true, "bob", 0), await DoAsync(servers, "take door bob"));
        });
    }

    [Fact]
    public void A_directory_belongs_to_one_machine_at_a_time()
    {
        using var machine = new LocalMachine("first", _directory.Path);
        Assert.Throws<IOException>(() => new LocalMachine("second", _directory.Path));
    }

    [Fact]
    public async Task What_fails_on_the_loop_fails_for_its_caller_and_the_loop_goes_on()
    {
        using var machine = new LocalMachine("machine", _directory.Path);
        await Assert.ThrowsAsync<FormatException>(() => machine.RunAsync<int>(_ => throw new FormatException()));
        Assert.True(await machine.RunAsync(platform => Task.FromResult(platform.Loop.IsCurrent)));
    }

    private static async Task<bool> FoundAsync(Member member, NodePlatform platform)
    {
        await ReplicaServer.FoundAsync("locks", member.Id, _members, new StorageOptions(), platform.Disk);
        return true;
    }

    private async Task RunAsync(Func<Server[], Task> work)
    {
        Server[] servers = await Task.WhenAll(_members.Members.Select(StartAsync));
        try
        {
            await work(servers);
        }
        finally
        {
            foreach (var server in servers)
                await server.StopAsync();
        }
    }

    private async Task<Server> StartAsync(Member member)
    {
        var options = new ReplicaOptions
        {
            Raft = new RaftOptions { Id = member.Id },
        };
        var machine = new LocalMachine($"{member.Id}", _directory.File($"{member.Id}"));
        return new Server(machine, await machine.RunAsync(platform => ReplicaServer.StartAsync(
            "locks", member.Address, options, new StorageOptions(), platform, new LockTable())));
    }

    private static async Task<LockResult> DoAsync(Server[] servers, string command)
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var outcome = await servers[attempt % 3].ProposeAsync(command);
            if (outcome.End == ProposalEnd.Applied)
                return outcome.Result;
            await Task.Delay(20);
        }

        throw new TimeoutException(command);
    }

    private sealed record Server(LocalMachine Machine, ReplicaServer<LockResult> Replicas)
    {
        public Task<ProposalOutcome<LockResult>> ProposeAsync(string command) =>
            Machine.RunAsync(_ => Replicas.ProposeAsync(Encoding.UTF8.GetBytes(command)));

        public async Task StopAsync()
        {
            await Machine.RunAsync(_ =>
            {
                Replicas.Dispose();
                return Task.FromResult(true);
            });
            Machine.Dispose();
        }
    }
}
