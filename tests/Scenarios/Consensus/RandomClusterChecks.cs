using RaftKv.Consensus;

namespace RaftKv.Scenarios.Consensus;

/// <summary>The properties of the paper's figure 3, and the promises of messages, checked over all servers.</summary>
internal sealed class RandomClusterChecks(RandomCluster cluster)
{
    private readonly List<LogEntry> _committed = [];
    private readonly List<ulong> _states = [0];
    private readonly Dictionary<Term, NodeId> _leaders = [];
    private readonly Dictionary<(NodeId Voter, Term Term), NodeId> _votes = [];
    private readonly Dictionary<NodeId, Term> _promisedTerms = [];
    private readonly Dictionary<NodeId, LogIndex> _checked = [];

    /// <summary>How many reads were answered.</summary>
    public int Reads { get; private set; }

    /// <summary>How many entries are known to be committed.</summary>
    public int Committed => _committed.Count;

    public static ulong Hash(ulong state, in LogEntry entry)
    {
        state = (state ^ (ulong)entry.Term.Value ^ ((ulong)entry.Kind << 32)) * 0x9E3779B97F4A7C15;
        foreach (var value in entry.Data.Span)
            state = (state ^ value) * 0x100000001B3;
        return state ^ (state >> 29);
    }

    public void Started(RandomServer server)
    {
        var raft = server.Raft;
        if (_promisedTerms.TryGetValue(raft.Id, out var term))
            Require(raft.Term >= term, $"{raft.Id} restarts in term {raft.Term} after it showed term {term}");
        _checked[raft.Id] = raft.CommitIndex;
    }

    /// <summary>A message leaves: what it promises must be on the disk.</summary>
    public void Sent(Message message)
    {
        var disk = cluster.Servers[message.From.Value - 1].Disk;
        Require(disk.HardState.Term >= message.Term, $"durable term {disk.HardState.Term} at {message}");
        _promisedTerms[message.From] = message.Term;
        if (message.Kind == MessageKind.RequestVote)
            Voted(message.From, message.Term, message.From, disk.HardState);
        else if (message.Kind == MessageKind.VoteReply && message.VoteReply.Granted)
            Voted(message.From, message.Term, message.To, disk.HardState);
        else if (message.Kind == MessageKind.AppendReply && message.AppendReply.Accepted)
            Promised(disk, message, message.AppendReply.Index);
        else if (message.Kind == MessageKind.SnapshotReply && message.SnapshotReply.Installed)
            Promised(disk, message, message.SnapshotReply.Snapshot.Index);
    }

    public void Stepped(RandomServer server)
    {
        var raft = server.Raft;
        for (var index = _checked[raft.Id].Next; index <= raft.CommitIndex; index = index.Next)
            CheckCommitted(raft, index);
        _checked[raft.Id] = raft.CommitIndex;
        Require(
            server.State == _states[(int)server.Applied.Value],
            $"state machine safety: {raft.Id} has another state at {server.Applied}");
        if (raft.Role == Role.Leader && _leaders.TryAdd(raft.Term, raft.Id))
            CheckNewLeader(raft);
        Require(
            raft.Role != Role.Leader || _leaders[raft.Term] == raft.Id,
            $"election safety: {raft.Id} leads term {raft.Term}, as did another");
    }

    /// <summary>A read was allowed to see the state of an index.</summary>
    public void Answered(NodeId reader, LogIndex index, int committedBefore)
    {
        Require(
            index.Value >= committedBefore,
            $"linearizable read: {reader} reads at {index}, {committedBefore} was committed when it was asked");
        Reads++;
    }

    public void SnapshotTaken(SnapshotId snapshot, ulong state)
    {
        Require(_states[(int)snapshot.Index.Value] == state, $"snapshot {snapshot} holds another state");
        cluster.Snapshots[snapshot] = state;
    }

    /// <summary>Log matching: two logs that agree at an index agree below it.</summary>
    public void AssertLogsMatch()
    {
        foreach (var (left, right) in cluster.Servers.Zip(cluster.Servers.Skip(1)))
        {
            var (a, b) = (left.Raft.Log, right.Raft.Log);
            var agreed = false;
            for (var index = LogIndex.Min(a.LastIndex, b.LastIndex);
                index > LogIndex.Max(a.BaseIndex, b.BaseIndex); index = index.Previous)
            {
                var same = a[index].Term == b[index].Term;
                Require(same || !agreed, $"log matching: {left.Raft.Id} and {right.Raft.Id} differ at {index}");
                Require(!same || a[index].Data.Span.SequenceEqual(b[index].Data.Span), $"log matching at {index}");
                agreed |= same;
            }
        }
    }

    public void AssertConverged(int moreThan)
    {
        Require(Committed > moreThan, $"progress: {Committed} entries committed, {moreThan} three seconds ago");
        var leaders = cluster.Servers.Count(server => server.Raft.Role == Role.Leader);
        var terms = cluster.Servers.Select(server => server.Raft.Term).Distinct().Count();
        Require(leaders == 1 && terms == 1, $"{leaders} leaders, {terms} terms after healing");
        foreach (var server in cluster.Servers)
            Require(
                server.Raft.CommitIndex.Value > moreThan && server.Applied.Value > moreThan,
                $"progress: {server.Raft.Id} committed {server.Raft.CommitIndex}, the cluster {Committed}");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new InvalidOperationException(message);
    }

    private void Voted(NodeId voter, Term term, NodeId candidate, HardState durable)
    {
        Require(
            durable.Term > term || durable.VotedFor == candidate,
            $"{voter} votes for {candidate} in term {term}, durable {durable}");
        Require(
            _votes.TryAdd((voter, term), candidate) || _votes[(voter, term)] == candidate,
            $"{voter} votes twice in term {term}");
    }

    private static void Promised(TestDisk disk, Message message, LogIndex index) =>
        Require(
            disk.HardState.Term > message.Term || disk.LastIndex >= index,
            $"durable up to {disk.LastIndex} at {message}");

    private void CheckCommitted(Raft raft, LogIndex index)
    {
        if (index <= raft.Log.BaseIndex)
            return;
        var entry = raft.Log[index];
        if (index.Value == _committed.Count + 1)
        {
            var holders = cluster.Servers.Count(server => server.Disk.Holds(index, entry.Term));
            Require(
                holders * 2 > cluster.Servers.Count,
                $"{raft.Id} commits {index}@{entry.Term}, durable on {holders} of {cluster.Servers.Count}");
            _committed.Add(entry);
            _states.Add(Hash(_states[^1], entry));
        }

        var known = _committed[(int)index.Value - 1];
        Require(
            known.Term == entry.Term && known.Data.Span.SequenceEqual(entry.Data.Span),
            $"state machine safety: {raft.Id} commits {index}@{entry.Term}, known as {index}@{known.Term}");
    }

    private void CheckNewLeader(Raft raft)
    {
        Require(
            raft.LastIndex.Value >= _committed.Count,
            $"leader completeness: {raft.Id} leads term {raft.Term} up to {raft.LastIndex} of {_committed.Count}");
        for (var index = raft.FirstIndex; index.Value <= _committed.Count; index = index.Next)
            Require(
                raft.Log.TermAt(index) == _committed[(int)index.Value - 1].Term,
                $"leader completeness: {raft.Id} leads term {raft.Term} with another entry at {index}");
    }
}
