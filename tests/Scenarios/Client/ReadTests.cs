using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Rpc;
using Xunit;
using static RaftKv.Scenarios.Client.ClerkWorld;

namespace RaftKv.Scenarios.Client;

public sealed class ReadTests : IDisposable
{
    private readonly ClerkWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Reads_ask_for_a_read_index_and_writes_for_the_log_unless_told_otherwise()
    {
        var clerk = _world.Clerk();
        _world.Answer = _ => Value(null);

        _world.Within(0, clerk.GetAsync("k"));
        _world.Within(0, clerk.PutAsync("k", "v"));
        _world.Within(0, clerk.ReadAsync(KvRequest.Get("k"), new() { Consistency = ReadConsistency.Log }));
        _world.Within(0, clerk.ReadAsync(KvRequest.Get("k"), new() { Consistency = ReadConsistency.Lease }));

        Assert.Equal(
            [ReadConsistency.ReadIndex, ReadConsistency.Log, ReadConsistency.Log, ReadConsistency.Lease],
            _world.Attempts.Select(attempt => attempt.Command.Consistency));
    }

    [Fact]
    public void Servers_that_may_answer_take_turns_and_a_hint_at_the_leader_does_not_matter()
    {
        var clerk = _world.Clerk();
        _world.Answer = attempt => attempt.Number < 3 ? Reply(KvStatus.NotLeader, leader: "a") : Value(null);
        var reads = new ReadOptions { Consistency = ReadConsistency.Stale, Servers = ["b", "c"] };

        _world.Within(100, clerk.ReadAsync(KvRequest.Get("k"), reads));
        _world.Within(0, clerk.ReadAsync(KvRequest.Get("k"), reads));
        _world.Within(0, clerk.GetAsync("k"));

        Assert.Equal(["c", "b", "c", "b", "b", "a"], _world.Addresses);
    }

    [Fact]
    public void When_all_that_may_answer_refuse_nobody_else_is_waited_for()
    {
        var clerk = _world.Clerk();
        _world.Answer = _ => Failed(RpcOutcome.Refused);
        var reads = new ReadOptions { Consistency = ReadConsistency.Stale, Servers = ["x", "y"] };

        Assert.Throws<ClerkRefusedException>(
            () => _world.Within(100, clerk.ReadAsync(KvRequest.Get("k"), reads)));
        Assert.Equal(["y", "x"], _world.Addresses);
    }

    [Fact]
    public void What_cannot_be_read_like_that_is_the_callers_error()
    {
        var clerk = _world.Clerk();
        Refused(KvRequest.Put("k", default), ReadOptions.Default);
        Refused(KvRequest.Get("k"), new() { Servers = [] });
        Refused(KvRequest.Get("k"), new() { Servers = ["a"], Consistency = ReadConsistency.Log });
        Assert.Empty(_world.Attempts);

        void Refused(KvRequest request, ReadOptions reads) => Assert.Throws<ArgumentException>(() =>
        {
            _ = clerk.ReadAsync(request, reads).AsTask();
        });
    }
}
