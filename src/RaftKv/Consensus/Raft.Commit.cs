namespace RaftKv.Consensus;

// Paper §5.3 and §5.4.2.
public sealed partial class Raft
{
    /// <summary>Commits what a quorum holds durably, itself included, if it is of the own term (figure 8).</summary>
    private void AdvanceCommit()
    {
        var reached = new LogIndex(Configuration.Reached(_matchOf));
        if (reached > CommitIndex && Log.TermAt(reached) == Term)
            CommitTo(reached);
        _backlog.Settle(Log, LogIndex.Min(CommitIndex, DurableIndex));
        OnCommitAdvanced();
    }

    private void CommitTo(LogIndex index) => CommitIndex = LogIndex.Max(CommitIndex, index);

    private void OnApplied(LogIndex index)
    {
        CheckApplied(index);
        AppliedIndex = index;
    }
}
