using RaftKv.Linearizability.Models;

namespace RaftKv.HistoryChecker.Generation;

/// <summary>A key-value store that does one operation after another, right but for one fault.</summary>
internal sealed class FaultyStore(Workload workload)
{
    private static readonly KvState _empty = new KvModel().Initial;
    private readonly int _begin = Begin(workload);
    private readonly int _splitEnd = Begin(workload) + Math.Max(20, workload.Operations / 50);
    private readonly Dictionary<string, KvState> _states = [];
    private Dictionary<string, KvState> _copy = [];
    private bool _isFaulty = workload.Fault is Fault.Lost or Fault.Swap or Fault.Twice;
    private int _count;

    private static int Begin(Workload workload) => (int)(
        ((workload.Operations / 2) + ((long)workload.Place * workload.Operations / FaultyHistory.Places))
        % workload.Operations);

    /// <summary>What a client would see of a key now.</summary>
    public string? Peek(string key) => State(_states, key)[key];

    public KvOutput Apply(KvInput input, int client, bool takesEffect, bool isKnown)
    {
        if (workload.Fault == Fault.Split && _count == _begin)
            _copy = new(_states);
        var isSplit = workload.Fault == Fault.Split && _count >= _begin && _count < _splitEnd && client % 2 == 1;
        var states = isSplit ? _copy : _states;
        var mayFail = _isFaulty && _count++ >= _begin && isKnown;
        _count += _isFaulty ? 0 : 1;
        var before = State(states, input.Key);
        var output = KvModel.Apply(before, input, out var after);
        if (mayFail && IsHit(input, output))
        {
            _isFaulty = false;
            (output, after) = workload.Fault switch
            {
                Fault.Lost => (output, before),
                Fault.Twice => (KvModel.Apply(after, input, out var twice), twice),
                _ => (KvModel.Apply(before, KvInput.Put(input.Key, input.Value!), out var set), set),
            };
        }

        if (takesEffect && !ReferenceEquals(after, before))
            states[Cell(input.Key)] = after;
        return input.Kind == KvKind.CompareAndSet && !output.Succeeded ? KvOutput.Mismatch : output;
    }

    private bool IsHit(in KvInput input, in KvOutput output) => workload.Fault switch
    {
        Fault.Lost => output.Succeeded && input.Kind is not (KvKind.Get or KvKind.Scan or KvKind.Transact),
        Fault.Twice => input.Kind == KvKind.Append,
        _ => input.Kind == KvKind.CompareAndSet && !output.Succeeded,
    };

    private string Cell(string key) => workload.IsJoint ? "" : key;

    private KvState State(Dictionary<string, KvState> states, string key) =>
        states.GetValueOrDefault(Cell(key), _empty);
}
