using System.Text;
using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Linearizability;
using RaftKv.Linearizability.Models;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Workload;

/// <summary>Writes down what one Clerk sees, in virtual time.</summary>
internal sealed class HistoryObserver(
    HistoryRecorder<KvInput, KvOutput> history, Scheduler scheduler, int client) : IClerkObserver
{
    private readonly Dictionary<long, int> _open = [];

    /// <summary>Operations that ended without an answer.</summary>
    public int UnknownOutcomes { get; private set; }

    public void Invoked(ClerkOperation operation)
    {
        scheduler.Record(scheduler.Current, TraceKind.Client, client, (long)operation.Kind, $"calls {operation}");
        _open.Add(operation.Number, history.Call(client, Input(operation), scheduler.NowTicks));
    }

    public void Completed(ClerkOperation operation, in KvResult result)
    {
        var value = result.Value;
        var text = value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
        scheduler.Record(
            scheduler.Current, TraceKind.Client, client, value?.Length ?? -1, $"done  {operation} {text ?? "-"}");
        _open.Remove(operation.Number, out var call);
        var output = operation.Kind == KvOperation.Get ? KvOutput.Read(text) : KvOutput.Done;
        history.Return(call, output, scheduler.NowTicks);
    }

    public void Failed(ClerkOperation operation, string reason)
    {
        scheduler.Record(scheduler.Current, TraceKind.Client, client, -2, $"fails {operation}: {reason}");
        _open.Remove(operation.Number, out var call);
        history.Discard(call);
    }

    public void Unknown(ClerkOperation operation, string reason)
    {
        scheduler.Record(scheduler.Current, TraceKind.Client, client, -3, $"lost  {operation}: {reason}");
        _open.Remove(operation.Number);
        UnknownOutcomes++;
    }

    private static KvInput Input(ClerkOperation operation) => operation.Kind switch
    {
        KvOperation.Get => KvInput.Get(operation.Key),
        KvOperation.Put => KvInput.Put(operation.Key, Encoding.UTF8.GetString(operation.Value.Span)),
        KvOperation.Append => KvInput.Append(operation.Key, Encoding.UTF8.GetString(operation.Value.Span)),
        _ => throw new ArgumentException($"No history knows {operation.Kind}.", nameof(operation)),
    };
}
