using RaftKv.Client;
using RaftKv.Diagnostics;
using RaftKv.KeyValue;
using RaftKv.Linearizability;
using RaftKv.Linearizability.Models;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Workload;

/// <summary>Writes down what one Clerk sees, in virtual time.</summary>
internal sealed class HistoryObserver(
    HistoryRecorder<KvInput, KvOutput> history, RevisionOrder revisions, Scheduler scheduler, int client)
    : IClerkObserver
{
    private const long ExplainSteps = 2_000_000;

    private static readonly KvModel _words = new();

    private readonly Dictionary<long, (int Call, long Revision)> _open = [];

    /// <summary>Operations that ended without an answer.</summary>
    public int UnknownOutcomes { get; private set; }

    public void Invoked(ClerkOperation operation)
    {
        scheduler.Record(
            scheduler.Current, TraceKind.Client, client, (long)operation.Kind, $"calls {Words(operation)}");
        if (IsStale(operation))
            return;
        var call = history.Call(client, HistoryNotation.Input(operation.Request), scheduler.NowTicks);
        _open.Add(operation.Number, (call, revisions.Begin()));
    }

    public void Completed(ClerkOperation operation, in KvResult result)
    {
        var output = HistoryNotation.Output(operation.Request, result);
        scheduler.Record(
            scheduler.Current, TraceKind.Client, client, result.Revision,
            $"done  {Words(operation, new Outcome<KvOutput>(output))}");
        if (IsStale(operation))
            return;
        _open.Remove(operation.Number, out var open);
        var isPossible = history.Return(open.Call, output, scheduler.NowTicks);
        try
        {
            if (!isPossible)
                throw new InvariantViolationException("linearizability", Explain());
            revisions.End(open.Revision, result, new RevisionOrder.Change(client, operation));
        }
        catch (InvariantViolationException violation)
        {
            scheduler.Fail(null, violation);
        }
    }

    public void Failed(ClerkOperation operation, string reason)
    {
        scheduler.Record(scheduler.Current, TraceKind.Client, client, -2, $"fails {Words(operation)}: {reason}");
        if (_open.Remove(operation.Number, out var open))
            history.Discard(open.Call);
    }

    public void Unknown(ClerkOperation operation, string reason)
    {
        scheduler.Record(scheduler.Current, TraceKind.Client, client, -3, $"lost  {Words(operation)}: {reason}");
        if (_open.Remove(operation.Number, out var open))
            history.Lose(open.Call);
        UnknownOutcomes++;
    }

    /// <summary>Stale reads need not fit into the history; they are checked for what they promise.</summary>
    private static bool IsStale(ClerkOperation operation) => operation.Consistency == ReadConsistency.Stale;

    /// <summary>As an explanation of the checker says it: what was written, and what was read.</summary>
    private string Words(ClerkOperation operation, Outcome<KvOutput> outcome = default) =>
        $"c{client}.{operation.Number} {_words.Describe(HistoryNotation.Input(operation.Request), outcome)}";

    private string Explain() =>
        Checker.Explain(_words, history.ToHistory(), new Budget { Steps = ExplainSteps })?.Sentence
            ?? "no order of the operations explains this answer";
}
