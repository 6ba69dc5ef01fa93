using System.Text;
using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Scenarios.Rpc;
using RaftKv.Scenarios.StateMachines;
using RaftKv.Server;
using RaftKv.Sim.World;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Replicas;

public sealed class FullDiskTests
{
    private static readonly Member _self = new(new NodeId(1), "n1", MemberRole.Voter);

    [Fact]
    public void A_full_disk_is_one_line_in_the_log_and_no_stack()
    {
        var world = new SimWorld(1);
        using var log = new FakeLogger();
        var disk = new SimStorage(world.Scheduler, world.Decisions.Stream(Concern.Disk, 1));
        ReplicaServer<LockResult>? server = null;
        Exception? failure = null;
        var node = world.AddNode(_self.Address, platform => _ = StartAsync(platform with { Logging = log }), disk);
        node.Start();
        Assert.True(world.RunUntil(
            () => server?.Replica.Raft is { Role: Role.Leader } raft && raft.CommitIndex.Value > 1,
            TimeSpan.FromSeconds(5)));

        disk.Volume.Faults.CapacityBytes = 0;
        node.Post(() => server!.ProposeAsync(Encoding.ASCII.GetBytes("take lock".PadRight(8192, 'o'))));
        Assert.True(world.RunUntil(() => failure is not null, TimeSpan.FromSeconds(5)));

        Assert.IsAssignableFrom<IOException>(failure);
        var line = Assert.Single(log.Lines, line => line.Contains("stops", StringComparison.Ordinal));
        Assert.Equal($"n1 stops: {failure!.Message}", line);
        Assert.Empty(log.Stacks);

        async Task StartAsync(NodePlatform platform)
        {
            var options = new ReplicaOptions
            {
                FirstStart = FirstStart.Founds(new Configuration([_self])),
                Raft = new RaftOptions { Id = _self.Id },
            };
            server = await ReplicaServer.StartAsync(
                "full", _self.Address, options, new StorageOptions { SegmentBytes = 4096 }, platform, new LockTable());
            server.Replica.Failed += fault => failure = fault;
        }
    }
}
