using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Scenarios.KeyValue;

namespace RaftKv.Scenarios.Client;

/// <summary>Writes down what it is told.</summary>
internal sealed class RecordingObserver : IClerkObserver
{
    public List<string> Lines { get; } = [];

    public void Invoked(ClerkOperation operation) => Add(operation, "invoked");

    public void Completed(ClerkOperation operation, in KvResult result) =>
        Add(operation, $"completed {KvCommands.Text(result.Value) ?? "-"}");

    public void Failed(ClerkOperation operation, string reason) => Add(operation, "failed");

    public void Unknown(ClerkOperation operation, string reason) => Add(operation, "unknown");

    private void Add(ClerkOperation operation, string what) =>
        Lines.Add($"{operation.Number} {operation.Kind} {operation.Key} {what}");
}
