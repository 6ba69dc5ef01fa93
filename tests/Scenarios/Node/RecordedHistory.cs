using RaftKv.Client;
using RaftKv.Linearizability;
using RaftKv.Linearizability.Models;
using RaftKv.Node.Commands;

namespace RaftKv.Scenarios.Node;

/// <summary>What several Clerks have done, on one clock.</summary>
internal sealed class RecordedHistory
{
    private readonly ClerkHistory _history = new();

    /// <summary>The operations so far.</summary>
    public IReadOnlyList<Operation<KvInput, KvOutput>> Operations => _history.Operations;

    /// <summary>An observer for one Clerk.</summary>
    public IClerkObserver Observer(int client) => _history.Observer(client);

    /// <summary>Waits for more answers.</summary>
    public async Task GrowsAsync(int answers)
    {
        var goal = Answers() + answers;
        await Eventually.HoldsAsync($"there are {goal} answers", () => Answers() >= goal);
    }

    private int Answers() => Operations.Count(operation => operation.Outcome.IsKnown);
}
