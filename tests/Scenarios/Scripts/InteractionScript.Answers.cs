using RaftKv.Consensus;

namespace RaftKv.Scenarios.Scripts;

// Questions about the state; answered at every log level.
internal sealed partial class InteractionScript
{
    public int NodeCount => _nodes.Count;

    /// <summary>Whether there is one leader, and all members of its configuration have applied its log.</summary>
    public bool IsSettled()
    {
        var leaders = _nodes.Values.Where(node => node.Raft.Role == Role.Leader).ToArray();
        return leaders.Length == 1 && leaders[0].Raft.Configuration.Members.All(member =>
            _nodes[member.Id.Value].Raft.AppliedIndex == leaders[0].Raft.LastIndex);
    }

    /// <summary>How far a node's log may be compacted: some entries before what it has applied.</summary>
    public LogIndex LastSafeCompaction(int id, int kept)
    {
        var raft = _nodes[id].Raft;
        return LogIndex.Max(raft.Log.BaseIndex, raft.AppliedIndex - kept);
    }

    private bool Answer(ScriptCommand command)
    {
        switch (command.Verb)
        {
            case "status":
                Status(Node(command).Raft);
                return true;
            case "configuration":
                foreach (var node in Nodes(command))
                    _world.Transcript.Answer(node.Raft.Id, Wording.Of(node.Raft.Configuration));
                return true;
            case "raft-log":
                Log(Node(command).Raft);
                return true;
            case "disk":
                Disk(Node(command));
                return true;
            case "raft-state":
                foreach (var node in command.Words.Count == 0 ? _nodes.Values : Nodes(command))
                    State(node);
                return true;
            default:
                return false;
        }
    }

    /// <summary>What a leader knows about its followers.</summary>
    private void Status(Raft raft)
    {
        if (raft.Role != Role.Leader)
            _world.Transcript.Answer(raft.Id, "does not lead");
        foreach (var follower in raft.Role == Role.Leader ? raft.Followers : [])
            _world.Transcript.Answer(follower.Id, Wording.Of(follower));
    }

    private void Log(Raft raft)
    {
        _world.Transcript.Answer(raft.Id, $"behind {raft.Log.BaseIndex}@{raft.Log.BaseTerm}");
        for (var index = raft.FirstIndex; index <= raft.LastIndex; index = index.Next)
            _world.Transcript.Answer(raft.Id, Wording.Of(raft.Log[index]));
    }

    /// <summary>What a restart would find.</summary>
    private void Disk(ScriptNode node)
    {
        var recovered = node.Disk.Recover();
        _world.Transcript.Answer(
            node.Raft.Id, $"{Wording.Of(recovered.HardState)}, snapshot {recovered.Snapshot}");
        foreach (var entry in recovered.Entries)
            _world.Transcript.Answer(node.Raft.Id, Wording.Of(entry));
    }

    private void State(ScriptNode node)
    {
        var raft = node.Raft;
        _world.Transcript.Answer(
            raft.Id,
            $"{raft.Role.ToString().ToLowerInvariant(),-12} term {raft.Term} vote {raft.VotedFor} leader {raft.Leader} "
            + $"commit {raft.CommitIndex} applied {raft.AppliedIndex} last {raft.LastIndex}@{raft.Log.LastTerm} "
            + $"durable {raft.DurableIndex} {raft.Configuration}");
    }
}
