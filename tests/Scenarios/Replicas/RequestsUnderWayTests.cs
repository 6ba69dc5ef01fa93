using RaftKv.KeyValue;
using RaftKv.Server;
using Xunit;

namespace RaftKv.Scenarios.Replicas;

/// <summary>A request that is repeated while its entry is in the log waits for that entry.</summary>
public sealed class RequestsUnderWayTests
{
    private static readonly KvReply _applied = new(KvResult.Applied(7));

    private readonly List<TaskCompletionSource<KvReply>> _proposed = [];
    private readonly RequestsUnderWay _requests;

    public RequestsUnderWayTests() => _requests = new RequestsUnderWay(command =>
    {
        if (command.Key == "impossible")
            throw new ArgumentException("no command");
        _proposed.Add(new TaskCompletionSource<KvReply>());
        return new ValueTask<KvReply>(_proposed[^1].Task);
    });

    [Fact]
    public async Task A_repetition_proposes_nothing_and_gets_the_same_answer()
    {
        var first = _requests.RunAsync(Put(client: 1, request: 1)).AsTask();
        var second = _requests.RunAsync(Put(client: 1, request: 1)).AsTask();
        Assert.Single(_proposed);
        Assert.False(second.IsCompleted);
        _proposed[0].SetResult(_applied);
        Assert.Same(_applied, await first);
        Assert.Same(_applied, await second);
    }

    [Theory]
    [InlineData(KvStatus.Busy)]
    [InlineData(KvStatus.NotLeader)]
    [InlineData(KvStatus.NotApplied)]
    [InlineData(KvStatus.Unknown)]
    public async Task An_entry_that_is_refused_or_lost_ends_all_who_wait_and_the_next_attempt_proposes(KvStatus end)
    {
        var first = _requests.RunAsync(Put(client: 1, request: 1)).AsTask();
        var second = _requests.RunAsync(Put(client: 1, request: 1)).AsTask();
        _proposed[0].SetResult(new KvReply(end));
        Assert.Equal(end, (await first).Status);
        Assert.Equal(end, (await second).Status);
        Assert.Equal(0, _requests.Count);
        _ = _requests.RunAsync(Put(client: 1, request: 1)).AsTask();
        Assert.Equal(2, _proposed.Count);
    }

    [Fact]
    public async Task However_often_it_is_repeated_no_more_than_the_first_and_the_latest_wait()
    {
        var attempts = Enumerable.Range(0, 100)
            .Select(_ => _requests.RunAsync(Put(client: 1, request: 1)).AsTask()).ToArray();
        Assert.All(attempts[1..^1], attempt => Assert.Equal(KvStatus.Unknown, attempt.Result.Status));
        Assert.False(attempts[^1].IsCompleted);
        _proposed[0].SetResult(_applied);
        Assert.Same(_applied, await attempts[0]);
        Assert.Same(_applied, await attempts[^1]);
        Assert.Single(_proposed);
        Assert.Equal(0, _requests.Count);
    }

    [Fact]
    public void Other_requests_other_clients_and_other_operations_are_proposed()
    {
        Run(Put(client: 1, request: 1));
        Run(Put(client: 1, request: 2));
        Run(Put(client: 2, request: 1));
        Run(Put(client: 1, request: 1) with { Request = KvRequest.OpenSession });
        Assert.Equal(4, _proposed.Count);
    }

    [Fact]
    public void What_keeps_a_session_alive_and_reads_without_a_number_are_proposed_each_time()
    {
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            Run(Put(client: 1, request: 1) with { Request = KvRequest.KeepAlive });
            Run(Put(client: 0, request: 1) with { Request = KvRequest.Get($"k{attempt}") });
        }

        Assert.Equal(4, _proposed.Count);
        Assert.Equal(0, _requests.Count);
    }

    [Fact]
    public async Task A_command_that_cannot_be_proposed_leaves_nothing_behind()
    {
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await _requests.RunAsync(Put(client: 1, request: 1, "impossible")));
        Assert.Equal(0, _requests.Count);
    }

    private void Run(KvCommand command) => _ = _requests.RunAsync(command).AsTask();

    private static KvCommand Put(ulong client, ulong request, string key = "k") => new(
        KvRequest.Put(key, new byte[1]), new ClientId(client), new RequestId(request), new RequestId(request));
}
