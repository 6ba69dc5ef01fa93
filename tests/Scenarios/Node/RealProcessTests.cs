using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Linearizability;
using RaftKv.Linearizability.Models;
using Xunit;

namespace RaftKv.Scenarios.Node;

[Collection(nameof(RealProcesses))]
public sealed class RealProcessTests : IDisposable
{
    private const int LeaderKills = 5;
    private readonly NodeProcesses _nodes = new();

    public void Dispose() => _nodes.Dispose();

    [Fact]
    public async Task Every_acknowledged_write_outlives_a_kill_of_all_nodes()
    {
        const int Writers = 8;
        _nodes.StartAll();
        var acknowledged = new int[Writers];
        await using (var clerk = _nodes.Connect())
        {
            using var stop = new CancellationTokenSource();
            var writing = Enumerable.Range(0, Writers)
                .Select(writer => WriteAsync(clerk, writer, acknowledged, stop.Token)).ToArray();
            await Eventually.HoldsAsync(
                "every writer has 50 answers",
                () => acknowledged.All(count => count >= 50) || writing.Any(writer => writer.IsCompleted));
            await Task.WhenAll(NodeProcesses.Ids.Select(_nodes.KillAsync));
            await stop.CancelAsync();
            await Task.WhenAll(writing);
        }

        _nodes.StartAll();
        await using (var clerk = _nodes.Connect())
        {
            for (var writer = 0; writer < Writers; writer++)
            {
                var value = await clerk.GetStringAsync($"writer{writer}");
                var numbers = value!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                // One more may have been applied without an answer; nothing twice, nothing out of order.
                Assert.InRange(numbers.Length, acknowledged[writer], acknowledged[writer] + 1);
                Assert.Equal(Enumerable.Range(0, numbers.Length).Select(number => $"{number}"), numbers);
            }
        }
    }

    [Fact]
    public async Task A_history_of_eight_Clerks_during_five_leader_kills_is_linearizable()
    {
        _nodes.StartAll();
        var history = new RecordedHistory();
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 8).Select(id => new RandomClient(id, _nodes.Endpoints, history)).ToArray();
        var work = clients.Select(client => client.WorkAsync(stop.Token)).ToArray();
        var term = 0L;
        for (var kill = 0; kill < LeaderKills; kill++)
        {
            (var leader, term) = await _nodes.LeaderAsync(term + 1);
            await history.GrowsAsync(100);
            await _nodes.KillAsync(leader);
            // Two lose patience at once, so that the history has writes whose outcome nobody knows.
            foreach (var impatient in clients[..2])
                impatient.GiveUp();
            _nodes.Start(leader);
        }

        await _nodes.LeaderAsync(term + 1);
        await history.GrowsAsync(100);
        await stop.CancelAsync();
        await Task.WhenAll(work);
        Array.ForEach(clients, client => client.Dispose());
        var operations = history.Operations;
        Assert.Equal(Verdict.Linearizable, Checker.Check(new KvModel(), operations).Verdict);
        Assert.True(operations.Count(operation => operation.Outcome.IsKnown) > 100 * LeaderKills);
    }

    [Fact]
    public async Task The_leadership_goes_where_it_is_told_and_every_node_answers_reads()
    {
        _nodes.StartAll();
        await using var clerk = _nodes.Connect();
        foreach (var id in (int[])[1, 2, 3, 1])
        {
            var (_, term) = await _nodes.LeaderAsync();
            await TransferAsync(clerk, id);
            // On a busy machine an election may follow at once: not who leads is asked, but who came to lead.
            await _nodes.LeadsAsync(id, term);
            await clerk.PutAsync("leader", $"{id}");
            foreach (var server in _nodes.Endpoints.Split(','))
            {
                var reads = new ReadOptions { Servers = [server] };
                var read = await clerk.ReadAsync(KvRequest.Get("leader"), reads);
                Assert.Equal((byte)('0' + id), Assert.Single(read.Value!.Value.ToArray()));
                Assert.False(read.IsStale);
                read = await clerk.ReadAsync(
                    KvRequest.Get("leader"), reads with { Consistency = ReadConsistency.Stale });
                Assert.True(read.IsStale);
            }
        }

        await Assert.ThrowsAsync<KvRejectedException>(() => clerk.TransferLeadershipAsync(9).AsTask());
    }

    /// <summary>On a busy machine it may not take over within an election time-out: then it is asked again.</summary>
    private static Task TransferAsync(Clerk clerk, int id) => Eventually.HoldsAsync("it takes over", async () =>
    {
        try
        {
            await clerk.TransferLeadershipAsync(id);
            return true;
        }
        catch (KvRejectedException late) when (late.Message.Contains("did not take over", StringComparison.Ordinal))
        {
            return false;
        }
    });

    /// <summary>Appends 0, 1, 2 … to a key of its own, so that a loss, a repetition or a wrong order shows.</summary>
    private static async Task WriteAsync(
        Clerk clerk, int writer, int[] acknowledged, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await clerk.AppendAsync($"writer{writer}", $"{acknowledged[writer]} ", cancellationToken);
                acknowledged[writer]++;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ClerkOutcomeUnknownException)
        {
            // The end of the test's first half.
        }
    }
}

[CollectionDefinition(nameof(RealProcesses))]
public sealed class RealProcesses;
