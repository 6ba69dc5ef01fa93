using RaftKv.Consensus;

namespace RaftKv.Scenarios.Scripts;

/// <summary>Prints what of a node's state has changed since it last looked.</summary>
internal sealed class StateWatch(Transcript transcript)
{
    private readonly Dictionary<NodeId, string> _followers = [];
    private string[] _state = [];

    public void Look(Raft raft)
    {
        string[] state =
        [
            raft.Role.ToString().ToLowerInvariant(),
            $"term {raft.Term}",
            $"vote {raft.VotedFor}",
            $"leader {raft.Leader}",
            $"commit {raft.CommitIndex}",
            $"last {raft.LastIndex}@{raft.Log.LastTerm}",
            $"configuration {Wording.Of(raft.Configuration)}",
        ];
        var changed = string.Join(", ", state.Except(_state));
        if (_state.Length > 0 && changed.Length > 0)
            transcript.Event(raft.Id, "state", changed);
        _state = state;
        if (raft.Role == Role.Leader)
            LookAtFollowers(raft);
        else
            _followers.Clear();
    }

    private void LookAtFollowers(Raft raft)
    {
        foreach (var follower in raft.Followers)
        {
            var progress = Wording.Of(follower);
            if (transcript.Level == LogLevel.Debug && _followers.GetValueOrDefault(follower.Id) != progress)
                transcript.Event(raft.Id, "follower", $"{follower.Id} {progress}");
            _followers[follower.Id] = progress;
        }
    }
}
