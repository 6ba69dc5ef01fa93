using System.Diagnostics;
using System.Text;
using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Linearizability;
using RaftKv.Linearizability.Formats;
using RaftKv.Linearizability.Models;

namespace RaftKv.Node.Commands;

/// <summary>What several Clerks do with single keys, on one clock of this machine: its ticks are the times.</summary>
internal sealed class ClerkHistory
{
    private readonly HistoryRecorder<KvInput, KvOutput> _recorder = new();

    /// <summary>The operations so far; those that still wait for an answer are of unknown outcome.</summary>
    public IReadOnlyList<Operation<KvInput, KvOutput>> Operations
    {
        get
        {
            lock (_recorder)
                return _recorder.ToHistory();
        }
    }

    /// <summary>Who writes down what one Clerk does.</summary>
    public IClerkObserver Observer(int client) => new Recording(this, client);

    /// <summary>Writes the operations as kv-history-1 (docs/kv-history-1.md).</summary>
    public void WriteTo(Stream output) => KvHistoryWriter.Write(Operations, output);

    private sealed class Recording(ClerkHistory history, int client) : IClerkObserver
    {
        private readonly Dictionary<long, int> _open = [];

        public void Invoked(ClerkOperation operation)
        {
            var input = operation.Kind switch
            {
                KvOperation.Get => KvInput.Get(operation.Key),
                KvOperation.Put => KvInput.Put(operation.Key, Text(operation.Value)),
                KvOperation.Append => KvInput.Append(operation.Key, Text(operation.Value)),
                _ => throw new NotSupportedException($"{operation.Kind} is not recorded."),
            };
            lock (history._recorder)
                _open.Add(operation.Number, history._recorder.Call(client, input, Stopwatch.GetTimestamp()));
        }

        public void Completed(ClerkOperation operation, in KvResult result)
        {
            var output = operation.Kind == KvOperation.Get
                ? KvOutput.Read(result.Value is { } bytes ? Text(bytes) : null)
                : KvOutput.Done;
            lock (history._recorder)
                history._recorder.Return(Close(operation), output, Stopwatch.GetTimestamp());
        }

        public void Failed(ClerkOperation operation, string reason)
        {
            lock (history._recorder)
                history._recorder.Discard(Close(operation));
        }

        public void Unknown(ClerkOperation operation, string reason)
        {
            lock (history._recorder)
                history._recorder.Lose(Close(operation));
        }

        private static string Text(ReadOnlyMemory<byte> value) => Encoding.UTF8.GetString(value.Span);

        private int Close(ClerkOperation operation)
        {
            _open.Remove(operation.Number, out var recorded);
            return recorded;
        }
    }
}
