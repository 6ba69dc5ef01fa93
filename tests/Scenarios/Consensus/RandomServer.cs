using System.Buffers.Binary;
using RaftKv.Consensus;

namespace RaftKv.Scenarios.Consensus;

/// <summary>
/// A driver for one core of a <see cref="RandomCluster"/>; its state machine is a hash over commands.
/// </summary>
internal sealed class RandomServer
{
    private const int SnapshotLength = 24;
    private const int PieceLength = 8;

    private readonly RandomCluster _cluster;
    private readonly RaftOptions _options;
    private readonly Effects _effects = new();
    private readonly List<Input> _inbox = [];
    private readonly List<OutboundMessage> _held = [];
    private readonly List<byte> _pieces = [];
    private SnapshotId _assembling;
    private readonly Dictionary<long, int> _reads = [];
    private long _lastRead;
    private long _durableToken;
    private long _armed;
    private bool _flushing;
    private bool _scheduled;
    private bool _takingSnapshot;
    private int _life;

    public RandomServer(RandomCluster cluster, RaftOptions options)
    {
        _cluster = cluster;
        _options = options;
        Disk.Load(RecoveredState.Fresh with { Configuration = cluster.Founders });
        Raft = new Raft(options, Disk.Recover(), cluster.Random.Next, 0);
    }

    public Raft Raft { get; private set; }

    public TestDisk Disk { get; } = new();

    public bool IsUp { get; private set; }

    public LogIndex Applied { get; private set; }

    public ulong State { get; private set; }

    public void Start()
    {
        if (IsUp)
            return;
        IsUp = true;
        var recovered = Disk.Recover();
        Raft = new Raft(_options, recovered, _cluster.Random.Next, _cluster.Now);
        Restore(recovered.Snapshot);
        _cluster.Checks.Started(this);
        Schedule();
    }

    public void Crash()
    {
        if (!IsUp)
            return;
        IsUp = false;
        _life++;
        Disk.Crash(_cluster.Random.Next(Disk.Queued.Count + 1));
        _inbox.Clear();
        _held.Clear();
        _pieces.Clear();
        _assembling = default;
        _effects.Clear();
        (_durableToken, _armed, _flushing, _scheduled, _takingSnapshot) = (0, 0, false, false, false);
    }

    public void Post(Input input)
    {
        if (!IsUp)
            return;
        _inbox.Add(input);
        Schedule();
    }

    public void Propose()
    {
        var command = new byte[8];
        _cluster.Random.NextBytes(command);
        Post(Input.Propose(0, command));
    }

    /// <summary>A read now must see everything that is known to be committed now.</summary>
    public void Read()
    {
        _reads[++_lastRead] = _cluster.Checks.Committed;
        Post(Input.Read(_lastRead, byLease: _cluster.Chance(50)));
    }

    public void Transfer(NodeId successor) => Post(Input.Transfer(0, successor));

    private void Schedule()
    {
        if (_scheduled)
            return;
        _scheduled = true;
        Later(0, Turn);
    }

    /// <summary>One turn of the loop: all inputs, the effects, and a timer for the next deadline.</summary>
    private void Turn()
    {
        _scheduled = false;
        foreach (var input in _inbox)
            Raft.Step(_cluster.Now, input, _effects);
        _inbox.Clear();
        Raft.Step(_cluster.Now, Input.TimePassed, _effects);
        Raft.Step(_cluster.Now, Input.BatchEnd, _effects);
        CarryOut();
        Apply();
        _cluster.Checks.Stepped(this);
        ArmTimer();
    }

    private void ArmTimer()
    {
        var deadline = Raft.NextDeadline;
        if (deadline == _armed || deadline == long.MaxValue)
            return;
        _armed = deadline;
        _cluster.After(Math.Max(1, deadline - _cluster.Now), Alive(() =>
        {
            if (_armed == deadline)
                Schedule();
        }));
    }

    private void CarryOut()
    {
        foreach (var write in _effects.Writes)
            Disk.Write(write);
        foreach (var message in _effects.Messages)
        {
            if (message.After <= _durableToken)
                _cluster.Deliver(message.Message.Keep());
            else
                _held.Add(message);
        }

        foreach (var read in _effects.Reads)
        {
            _reads.Remove(read.ReadNumber, out var committed);
            if (read.Status == ReadStatus.Ready)
                _cluster.Checks.Answered(Raft.Id, read.Index, committed);
        }

        foreach (var read in _effects.SnapshotReads)
            Later(3, () => Read(read));
        foreach (var message in _effects.SnapshotChunks)
            Later(3, () => Store(message));
        if (_effects.Restore is { } snapshot)
            Restore(snapshot);
        _effects.Clear();
        Flush();
    }

    private void Flush()
    {
        if (_flushing || Disk.Queued.Count == 0)
            return;
        _flushing = true;
        var count = Disk.Queued.Count;
        Later(_cluster.FlushMs, () =>
        {
            _flushing = false;
            _durableToken = Disk.Flush(count);
            Post(Input.Persisted(_durableToken));
            foreach (var message in _held.Where(message => message.After <= _durableToken))
                _cluster.Deliver(message.Message.Keep());
            _held.RemoveAll(message => message.After <= _durableToken);
            Flush();
        });
    }

    private void Apply()
    {
        var behind = Raft.CommitIndex - Applied;
        var through = Applied + (_cluster.Chance(80) ? behind : _cluster.Random.NextInt64(behind + 1));
        while (Applied < through)
        {
            var entry = Raft.Log[Applied.Next];
            State = RandomClusterChecks.Hash(State, entry);
            Applied = entry.Index;
        }

        Raft.Step(_cluster.Now, Input.Applied(Applied), _effects);
        if (Applied - Raft.Snapshot.Index < _cluster.SnapshotEvery || _takingSnapshot)
            return;
        _takingSnapshot = true;
        var (snapshot, state) = (new SnapshotId(Applied, Raft.Log.TermAt(Applied)), State);
        var configuration = Raft.ConfigurationAt(Applied);
        Later(20, () =>
        {
            _takingSnapshot = false;
            _cluster.Checks.SnapshotTaken(snapshot, state);
            Disk.Store(snapshot, configuration);
            var trailing = _cluster.Random.Next(_cluster.TrailingEntries + 1);
            var through = LogIndex.Max(LogIndex.Zero, snapshot.Index - trailing);
            Post(Input.SnapshotTaken(snapshot, through));
        });
    }

    private void Read(SnapshotRead read)
    {
        var snapshot = Disk.Snapshot;
        var offset = read.Snapshot == snapshot ? read.Offset : 0;
        var content = new byte[SnapshotLength];
        BinaryPrimitives.WriteUInt64LittleEndian(content, _cluster.Snapshots[snapshot]);
        BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(8), snapshot.Index.Value);
        BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(16), snapshot.Term.Value);
        var piece = content.AsMemory((int)offset, PieceLength);
        Post(Input.SnapshotRead(read, new InstallSnapshot(snapshot, offset, SnapshotLength, piece)));
    }

    private void Store(Message message)
    {
        var chunk = message.InstallSnapshot;
        if (chunk.Snapshot != _assembling)
        {
            _assembling = chunk.Snapshot;
            _pieces.Clear();
        }

        if (chunk.Offset == _pieces.Count)
            _pieces.AddRange(chunk.Data.Span);
        var complete = _pieces.Count == SnapshotLength;
        if (complete)
        {
            var state = BinaryPrimitives.ReadUInt64LittleEndian(_pieces.ToArray());
            _cluster.Checks.SnapshotTaken(chunk.Snapshot, state);
            Disk.Store(chunk.Snapshot, chunk.Configuration!);
        }

        Post(Input.SnapshotStored(message, _pieces.Count, complete));
    }

    private void Restore(SnapshotId snapshot)
    {
        Applied = snapshot.Index;
        State = snapshot == SnapshotId.None ? 0 : _cluster.Snapshots[snapshot];
    }

    private void Later(int milliseconds, Action action) => _cluster.AfterAbout(milliseconds, Alive(action));

    private Action Alive(Action action)
    {
        var life = _life;
        return () =>
        {
            if (IsUp && _life == life)
                action();
        };
    }
}
