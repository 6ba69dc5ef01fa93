using RaftKv.Consensus;
using RaftKv.Scenarios.Consensus;

namespace RaftKv.Scenarios.Scripts;

/// <summary>
/// One core and its driver, whose parts (turn, append thread, apply thread) a script runs one by one, or all in one
/// turn if its storage is synchronous.
/// </summary>
internal sealed partial class ScriptNode
{
    private const int IncarnationBound = 1 << 30;

    private readonly ScriptWorld _world;
    private readonly Effects _effects = new();
    private readonly List<OutboundMessage> _held = [];
    private readonly Queue<LogIndex> _toApply = [];
    private readonly List<LogIndex> _committedAtRead = [];

    private StateWatch _watch;
    private LogIndex _handedOut;
    private LogIndex _applied;
    private ulong _state;
    private bool _stepped;
    private int _incarnation;

    public ScriptNode(ScriptWorld world, RaftOptions options, Configuration founders)
    {
        _world = world;
        Disk.Load(RecoveredState.Fresh with { Configuration = founders });
        Options = options;
        (Raft, _watch) = Start();
        // Long enough to heed requests for votes: a server that has just started does not know whom it heard before.
        Now += options.ElectionTimeout.Ticks;
    }

    public RaftOptions Options { get; }

    public Raft Raft { get; private set; }

    public TestDisk Disk { get; } = new();

    /// <summary>Whether writes and applies wait until the script lets them go on.</summary>
    public bool Asynchronous { get; init; }

    /// <summary>This node's own clock, in ticks of 100 ns.</summary>
    public long Now { get; private set; }

    /// <summary>What the next election time-outs are drawn as, in ticks; the shortest if less.</summary>
    public long RandomizedElectionTimeout { get; set; }

    public bool WantsTurn => _stepped || !_effects.IsEmpty || _handedOut < Raft.CommitIndex;

    private Transcript Transcript => _world.Transcript;

    public void Step(in Input input)
    {
        _stepped = true;
        Raft.Step(Now, input, _effects);
        _watch.Look(Raft);
    }

    /// <summary>Time passes on this node alone.</summary>
    public void Elapse(long ticks)
    {
        Now += ticks;
        Step(Input.TimePassed);
    }

    /// <summary>A crash: writes that wait are lost, as is everything in memory.</summary>
    public void Restart()
    {
        Disk.Crash(survivors: 0);
        _effects.Clear();
        _held.Clear();
        _toApply.Clear();
        (Raft, _watch) = Start();
        Transcript.Event(Raft.Id, "restart", $"{Wording.Of(Raft.DurableHardState)}, last {Raft.LastIndex}");
    }

    /// <summary>Ends a batch of inputs and carries out what the core asks for.</summary>
    public void Turn()
    {
        Step(Input.BatchEnd);
        _stepped = false;
        _world.Checks.Observe(Raft);
        // A snapshot that is stored in this turn is restored in the next one.
        var committed = Raft.CommitIndex;
        CarryOut();
        if (_handedOut < committed)
            _toApply.Enqueue(_handedOut = committed);
        if (Asynchronous)
            return;
        if (Disk.Queued.Count > 0)
            Persist(Disk.Queued.Count);
        while (ApplyNext())
        {
        }
    }

    /// <summary>The first queued write becomes durable.</summary>
    public bool PersistNext()
    {
        var any = Disk.Queued.Count > 0;
        if (any)
            Persist(1);
        return any;
    }

    /// <summary>What one turn found committed is applied.</summary>
    public bool ApplyNext()
    {
        if (!_toApply.TryDequeue(out var last))
            return false;
        while (_applied < last)
        {
            _applied = _applied.Next;
            var entry = Raft.Log[_applied];
            Transcript.Event(Raft.Id, "apply", Wording.Of(entry));
            _state = RandomClusterChecks.Hash(_state, entry);
            _world.Checks.Applied(Raft, entry, _state);
        }

        Step(Input.Applied(last));
        return true;
    }

    private (Raft Raft, StateWatch Watch) Start()
    {
        var raft = new Raft(Options, Disk.Recover(), Draw, Now);
        var watch = new StateWatch(Transcript);
        watch.Look(raft);
        _handedOut = _applied = raft.AppliedIndex;
        _state = _world.SnapshotStates[raft.Snapshot];
        _world.Checks.Started(raft, _state);
        return (raft, watch);
    }

    /// <summary>Chance as the script has it. What is drawn at a start tells incarnations apart.</summary>
    private int Draw(int exclusiveMax)
    {
        if (exclusiveMax == IncarnationBound)
            return ++_incarnation;
        var shortest = Options.ElectionTimeout.Ticks;
        return (int)(Math.Max(0, RandomizedElectionTimeout - shortest) * exclusiveMax / shortest);
    }

    private void Persist(int writes)
    {
        var token = Disk.Flush(writes);
        Transcript.Event(Raft.Id, $"durable {token}", "");
        Step(Input.Persisted(token));
        _world.Checks.Observe(Raft);
        foreach (var message in _held.Where(message => message.After <= token))
            Send(message.Message);
        _held.RemoveAll(message => message.After <= token);
    }

    private void Send(in Message message)
    {
        _world.Checks.Sending(Raft, message);
        _world.InFlight.Add(message);
    }
}
