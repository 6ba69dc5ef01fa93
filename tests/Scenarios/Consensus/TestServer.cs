using RaftKv.Consensus;

namespace RaftKv.Scenarios.Consensus;

/// <summary>
/// One server's core, driven by hand: every effect is kept for the test to look at. Without PreVote and CheckQuorum, as
/// in the paper, unless the test asks for them.
/// </summary>
internal sealed class TestServer
{
    private readonly Effects _effects = new();
    private readonly List<OutboundMessage> _held = [];
    private readonly List<Message> _outbox = [];

    public TestServer(
        int id, int voters, RecoveredState? recovered = null, RandomBelow? random = null,
        Func<RaftOptions, RaftOptions>? configure = null)
    {
        var options = new RaftOptions { Id = Id(id), PreVote = false, CheckQuorum = false };
        recovered ??= RecoveredState.Fresh;
        if (recovered.Configuration.Members.Count == 0)
            recovered = recovered with { Configuration = Voters(voters) };
        Disk.Load(recovered);
        Options = configure is null ? options : configure(options);
        Raft = new Raft(Options, recovered, random ?? (_ => 0), Now);
    }

    public RaftOptions Options { get; }

    public Raft Raft { get; }

    public TestDisk Disk { get; } = new();

    public long Now { get; set; }

    /// <summary>Whether every batch is made durable at once.</summary>
    public bool AutoPersist { get; set; } = true;

    public List<ProposalResult> Proposals { get; } = [];

    public List<ReadResult> Reads { get; } = [];

    public List<TransferResult> Transfers { get; } = [];

    public List<SnapshotRead> SnapshotReads { get; } = [];

    public List<Message> SnapshotChunks { get; } = [];

    public List<SnapshotId> Restores { get; } = [];

    /// <summary>Messages that wait for a token.</summary>
    public IReadOnlyList<OutboundMessage> Held => _held;

    public static NodeId Id(int id) => new(id);

    /// <summary>A configuration of the voters 1 to <paramref name="count"/>.</summary>
    public static Configuration Voters(int count) => Configuration.Of(Enumerable.Range(1, count).Select(Id));

    /// <summary>A log with entries of these terms, from index 1 on.</summary>
    public static LogEntry[] Entries(params long[] terms) => EntriesFrom(1, terms);

    public static LogEntry[] EntriesFrom(long first, params long[] terms) =>
        [.. terms.Select((term, i) => new LogEntry(new(first + i), new(term), EntryKind.Command, new byte[8]))];

    public static RecoveredState Recovered(long term, params LogEntry[] entries) =>
        new(new HardState(new(term), NodeId.None), SnapshotId.None, entries);

    public long[] Terms() =>
        [.. Enumerable.Range(0, (int)(Raft.LastIndex - Raft.Log.BaseIndex))
            .Select(i => Raft.Log[Raft.FirstIndex + i].Term.Value)];

    public void Step(params ReadOnlySpan<Input> inputs)
    {
        foreach (ref readonly var input in inputs)
            Raft.Step(Now, input, _effects);
        Raft.Step(Now, Input.BatchEnd, _effects);
        Collect();
        if (AutoPersist)
            Persist();
    }

    public void Receive(Message message) => Step(Input.Received(message));

    /// <summary>Lets time pass until the server's own deadline; a candidate asks nobody twice meanwhile.</summary>
    public void Elapse()
    {
        Now = Raft.Role is Role.PreCandidate or Role.Candidate ? Raft.ElectionDeadline : Raft.NextDeadline;
        Step(Input.TimePassed);
    }

    public void Propose(params string[] commands) =>
        Step([.. commands.Select((text, i) => Input.Propose(i + 1, System.Text.Encoding.UTF8.GetBytes(text)))]);

    public void Apply() => Step(Input.Applied(Raft.CommitIndex));

    /// <summary>Everything written becomes durable.</summary>
    public void Persist()
    {
        while (Disk.Queued.Count > 0)
            PersistFirst(Disk.Queued.Count);
    }

    /// <summary>The first queued writes become durable.</summary>
    public void PersistFirst(int count)
    {
        var token = Disk.Flush(count);
        Raft.Step(Now, Input.Persisted(token), _effects);
        Raft.Step(Now, Input.BatchEnd, _effects);
        Collect();
        foreach (var message in _held.Where(message => message.After <= token))
            _outbox.Add(message.Message);
        _held.RemoveAll(message => message.After <= token);
    }

    /// <summary>What has been sent since the last call.</summary>
    public IReadOnlyList<Message> Take()
    {
        Message[] messages = [.. _outbox];
        _outbox.Clear();
        return messages;
    }

    /// <summary>Times out, and is elected by the votes of the others.</summary>
    public void Elect()
    {
        Elapse();
        foreach (var request in Take())
            Receive(new Message(request.To, request.From, request.Term, request.Number, new VoteReply(true)));
        if (Raft.Role != Role.Leader)
            throw new InvalidOperationException($"{Raft.Id} is {Raft.Role}.");
    }

    /// <summary>Answers an append as a follower would that has it durable.</summary>
    public void Acknowledge(Message append)
    {
        var body = append.AppendEntries;
        var reply = new AppendReply(true, body.PrevIndex + body.Entries.Length, Term.Zero, body.Round);
        Receive(new Message(append.To, append.From, append.Term, append.Number, reply));
    }

    private void Collect()
    {
        foreach (var write in _effects.Writes)
            Disk.Write(write);
        foreach (var message in _effects.Messages)
        {
            if (message.After == 0)
                _outbox.Add(message.Message.Keep());
            else
                _held.Add(message);
        }

        Proposals.AddRange(_effects.Proposals);
        Reads.AddRange(_effects.Reads);
        Transfers.AddRange(_effects.Transfers);
        SnapshotReads.AddRange(_effects.SnapshotReads);
        SnapshotChunks.AddRange(_effects.SnapshotChunks);
        if (_effects.Restore is { } snapshot)
            Restores.Add(snapshot);
        _effects.Clear();
    }
}
