using RaftKv.Diagnostics;

namespace RaftKv.Consensus;

// Checked always; the names are the paper's (figures 2 and 3).
public sealed partial class Raft
{
    private Term _checkedTerm;
    private NodeId _checkedVote;
    private LogIndex _checkedCommit;
    private LogIndex _checkedApplied;

    private void CheckInvariants()
    {
        if (Term < _checkedTerm)
            Violated("term is monotonic", $"{_checkedTerm} became {Term}");
        if (Term == _checkedTerm && _checkedVote != NodeId.None && VotedFor != _checkedVote)
            Violated("one vote per term", $"term {Term}: {_checkedVote} became {VotedFor}");
        if (CommitIndex < _checkedCommit)
            Violated("commit index is monotonic", $"{_checkedCommit} became {CommitIndex}");
        if (AppliedIndex < _checkedApplied)
            Violated("applied index is monotonic", $"{_checkedApplied} became {AppliedIndex}");
        if (Log.BaseIndex > Snapshot.Index || Snapshot.Index > AppliedIndex || AppliedIndex > CommitIndex
            || CommitIndex > LastIndex || DurableIndex > LastIndex)
        {
            Violated(
                "base <= snapshot <= applied <= commit <= last, durable <= last",
                $"base {Log.BaseIndex}, snapshot {Snapshot}, applied {AppliedIndex}, commit {CommitIndex}, "
                + $"durable {DurableIndex}, last {LastIndex}");
        }

        if (Log.LastTerm > Term)
            Violated("log terms", $"last entry {LastIndex}@{Log.LastTerm} is above term {Term}");
        (_checkedTerm, _checkedVote) = (Term, VotedFor);
        (_checkedCommit, _checkedApplied) = (CommitIndex, AppliedIndex);
    }

    private void CheckElected()
    {
        if (DurableHardState != new HardState(Term, Id))
            Violated("own vote is durable", $"elected in term {Term}, durable {DurableHardState}");
    }

    private void CheckLeader(NodeId claimant)
    {
        if (Leader != NodeId.None && Leader != claimant)
            Violated("election safety", $"term {Term} is led by {Leader}, and {claimant} claims it");
    }

    private void CheckTruncation(LogIndex index)
    {
        if (Role == Role.Leader)
            Violated("leader append-only", $"leader of term {Term} truncates from {index}, last {LastIndex}");
        if (index <= CommitIndex)
            Violated("state machine safety", $"truncation from {index}, commit {CommitIndex}");
    }

    /// <summary>A leader names a term for a position that is committed here; the entry here must be the same.</summary>
    private void CheckCommitted(LogIndex index, Term term)
    {
        if (index >= Log.BaseIndex && Log.TermAt(index) != term)
        {
            Violated(
                "leader completeness",
                $"{index} is committed with term {Log.TermAt(index)}, leader {Leader} of term {Term} says {term}");
        }
    }

    private void CheckApplied(LogIndex index)
    {
        if (index < AppliedIndex || index > CommitIndex)
            Violated("applied <= commit", $"{index} reported, applied {AppliedIndex}, commit {CommitIndex}");
    }

    private void CheckOwnSnapshot(SnapshotId snapshot, LogIndex compactThrough)
    {
        if (snapshot.Index > AppliedIndex || compactThrough > snapshot.Index
            || !Log.Contains(snapshot.Index, snapshot.Term))
        {
            Violated(
                "snapshot <= applied",
                $"snapshot {snapshot}, compaction through {compactThrough}, applied {AppliedIndex}, "
                + $"log {FirstIndex} to {LastIndex}@{Log.LastTerm}");
        }
    }

    private void CheckConfiguration(SnapshotId snapshot, Configuration configuration)
    {
        if (!_configurations.At(snapshot.Index).Equals(configuration))
        {
            Violated(
                "configuration is a function of snapshot and log",
                $"snapshot {snapshot} has {configuration}, the log {_configurations.At(snapshot.Index)}");
        }
    }

    private void Violated(string invariant, string details) =>
        throw new InvariantViolationException(invariant, $"{Id}: {details}");
}
