using System.Diagnostics;
using System.Text;
using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Linearizability;
using RaftKv.Linearizability.Models;

namespace RaftKv.Scenarios.Node;

/// <summary>What several Clerks have done, on one clock.</summary>
internal sealed class RecordedHistory
{
    private readonly HistoryRecorder<KvInput, KvOutput> _recorder = new();
    private int _answers;

    /// <summary>The operations so far.</summary>
    public IReadOnlyList<Operation<KvInput, KvOutput>> Operations
    {
        get
        {
            lock (_recorder)
                return _recorder.ToHistory();
        }
    }

    /// <summary>An observer for one Clerk.</summary>
    public IClerkObserver Observer(int client) => new ClerkObserver(this, client);

    /// <summary>Waits for more answers.</summary>
    public async Task GrowsAsync(int answers)
    {
        var goal = Volatile.Read(ref _answers) + answers;
        await Eventually.HoldsAsync($"there are {goal} answers", () => Volatile.Read(ref _answers) >= goal);
    }

    private sealed class ClerkObserver(RecordedHistory history, int client) : IClerkObserver
    {
        private readonly Dictionary<long, int> _open = [];

        public void Invoked(ClerkOperation operation)
        {
            var value = Encoding.UTF8.GetString(operation.Value.Span);
            var input = operation.Kind switch
            {
                KvOperation.Get => KvInput.Get(operation.Key),
                KvOperation.Put => KvInput.Put(operation.Key, value),
                _ => KvInput.Append(operation.Key, value),
            };
            lock (history._recorder)
                _open.Add(operation.Number, history._recorder.Call(client, input, Stopwatch.GetTimestamp()));
        }

        public void Completed(ClerkOperation operation, in KvResult result)
        {
            var output = operation.Kind == KvOperation.Get
                ? KvOutput.Read(result.Value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null)
                : KvOutput.Done;
            lock (history._recorder)
                history._recorder.Return(Close(operation), output, Stopwatch.GetTimestamp());
            Interlocked.Increment(ref history._answers);
        }

        public void Failed(ClerkOperation operation, string reason)
        {
            lock (history._recorder)
                history._recorder.Discard(Close(operation));
        }

        public void Unknown(ClerkOperation operation, string reason) => Close(operation);

        private int Close(ClerkOperation operation)
        {
            _open.Remove(operation.Number, out var recorded);
            return recorded;
        }
    }
}
