namespace RaftKv.Consensus;

// Paper §6; dissertation chapter 4.
public sealed partial class Raft
{
    private Progress[] _followers = [];
    private bool _someLeave;
    private long _farewellDeadline = long.MaxValue;

    /// <summary>
    /// Whether this server starts elections: it is a voter in the committed configuration or in one behind it. One that
    /// an uncommitted change removes must still stand, because only it may hold that change (dissertation §4.2.2); it
    /// does not count itself then.
    /// </summary>
    private bool CanCampaign => _configurations.IsVoter(Id, CommitIndex);

    private void OnChangeMembership(long number, IReadOnlyList<MemberChange> changes)
    {
        if (Role != Role.Leader)
        {
            _effects.Proposals.Add(new(number, ProposalStatus.NotLeader, LogIndex.Zero, Term));
            return;
        }

        var next = Configuration;
        var (status, reason) =
            ReasonToWait() is { } wait ? (ProposalStatus.Busy, wait)
            : ConfigurationChange.Begin(Configuration, changes, out next) is { } objection
                ? (ProposalStatus.Refused, objection)
            : LearnerBehind(next) is { } behind ? (ProposalStatus.Busy, behind)
            : (ProposalStatus.Appended, null);
        if (status == ProposalStatus.Appended)
            Append(EntryKind.Configuration, ConfigurationCodec.Encode(next));
        var index = status == ProposalStatus.Appended ? Log.LastIndex : LogIndex.Zero;
        _effects.Proposals.Add(new(number, status, index, Term) { Reason = reason });
    }

    private string? ReasonToWait()
    {
        // Before an entry of its own term is committed a leader does not know whether another change is (raft-dev,
        // 2015: "bug in single-server membership changes").
        if (Log.TermAt(CommitIndex) != Term)
            return "the leader has not committed an entry of its term";
        if (Successor != NodeId.None)
            return $"the leadership goes over to {Successor}";
        return Configuration.IsJoint || _configurations.CurrentIndex > CommitIndex
            ? $"another change is under way, {Configuration}"
            : null;
    }

    private string? LearnerBehind(Configuration next)
    {
        foreach (var member in next.Members)
        {
            if (member.Role == MemberRole.IncomingVoter
                && Follower(member.Id)?.HasCaughtUp(_now, _options.ElectionTimeout.Ticks) != true)
                return $"learner {member.Id} has not caught up";
        }

        return null;
    }

    /// <summary>What a leader does about a configuration that is committed now.</summary>
    private void OnCommitAdvanced()
    {
        if (_configurations.CurrentIndex > CommitIndex)
            return;
        if (Configuration.IsJoint && Log.TermAt(CommitIndex) == Term)
        {
            Append(EntryKind.Configuration, ConfigurationCodec.Encode(ConfigurationChange.End(Configuration)));
        }
        else if (HasLeft)
        {
            Leave();
        }
        else if (_someLeave && _farewellDeadline == long.MaxValue)
        {
            // Those who left learn from the next heartbeats that it is committed, and stop campaigning.
            _farewellDeadline = _now + _options.ElectionTimeout.Ticks;
        }
    }

    /// <summary>Whether it is committed that this server is no voter.</summary>
    private bool HasLeft => !Configuration.IsVoter(Id) && _configurations.CurrentIndex <= CommitIndex;

    private void EndFarewell()
    {
        (_someLeave, _farewellDeadline) = (false, long.MaxValue);
        _followers = [.. _followers.Where(follower => !follower.IsLeaving)];
    }

    private void OnConfigurationChanged()
    {
        var former = _followers;
        var followers = new List<Progress>(Configuration.Members.Count);
        foreach (var member in Configuration.Members)
        {
            if (member.Id == Id)
                continue;
            var follower = Array.Find(former, follower => follower.Id == member.Id);
            if (follower is null)
            {
                follower = new Progress(member.Id, _options.MaxInflightAppends, _options.MaxInflightBytes);
                follower.Restart(Log.LastIndex, _lastNumber + 1, _now);
            }

            follower.IsLeaving = false;
            followers.Add(follower);
        }

        if (Role == Role.Leader)
        {
            foreach (var left in former.Where(follower => Configuration.Find(follower.Id) is null))
            {
                left.IsLeaving = true;
                followers.Add(left);
            }
        }

        _someLeave = followers.Exists(follower => follower.IsLeaving);
        _farewellDeadline = long.MaxValue;
        _followers = [.. followers.OrderBy(follower => follower.Id)];
        // While it was alone it needed no rounds to be a quorum, and the last one is long ago.
        if (Role == Role.Leader && former.Length == 0)
            BeginRound();
    }
}
