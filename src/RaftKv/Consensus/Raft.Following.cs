namespace RaftKv.Consensus;

// The follower's side of paper §5.3.
public sealed partial class Raft
{
    // How far this log is known to be that of the leader of that term.
    private LogIndex _agreed;
    private Term _agreedTerm;

    private void OnAppendEntries(in Message message)
    {
        if (message.Term < Term)
        {
            Reply(message, Message.NoNumber, new AppendReply(Accepted: false, LogIndex.Zero, Term.Zero), Gate());
            return;
        }

        Follow(message.From);
        var append = message.AppendEntries;
        // What is committed here is in the leader's log too, whether or not this log still holds it.
        if (append.PrevIndex <= CommitIndex)
            CheckCommitted(append.PrevIndex, append.PrevTerm);
        else if (!Log.Contains(append.PrevIndex, append.PrevTerm))
        {
            Reply(message, message.Number, Conflict(append), Gate());
            return;
        }

        foreach (ref readonly var entry in append.Entries.Span)
            Merge(entry);
        var matched = append.PrevIndex + append.Entries.Length;
        // What lies behind that may be a deposed leader's, even below the leader's commit index.
        CommitTo(LogIndex.Min(append.Commit, matched));
        _agreed = _agreedTerm == Term ? LogIndex.Max(_agreed, matched) : matched;
        _agreedTerm = Term;
        if (append.Entries.IsEmpty && DurableHardState.Term == Term)
        {
            // A heartbeat is answered at once, for what is durable now: reads wait for its round, not for a flush.
            var durable = LogIndex.Min(matched, DurableIndex);
            Reply(message, message.Number, new AppendReply(Accepted: true, durable, Term.Zero, append.Round), after: 0);
            return;
        }

        var reply = new AppendReply(Accepted: true, matched, Term.Zero, append.Round);
        Reply(message, message.Number, reply, Gate());
    }

    private void Merge(in LogEntry entry)
    {
        if (entry.Index <= CommitIndex)
        {
            CheckCommitted(entry.Index, entry.Term);
            return;
        }

        if (entry.Index <= Log.LastIndex)
        {
            if (Log.TermAt(entry.Index) == entry.Term)
                return;
            Truncate(entry.Index);
        }

        Log.Append(entry);
        if (_configurations.Append(entry))
            OnConfigurationChanged();
    }

    /// <summary>
    /// Where the logs can agree at best: entries of terms above the one the leader has at that point cannot. So the
    /// leader finds the place in one round per term, not one per entry.
    /// </summary>
    private AppendReply Conflict(in AppendEntries append)
    {
        var index = Log.LastWithTermAtMost(LogIndex.Min(append.PrevIndex, Log.LastIndex), append.PrevTerm);
        index = LogIndex.Max(index, CommitIndex);
        return new AppendReply(Accepted: false, index, Log.TermAt(index), append.Round, IsBlank);
    }

    private void Reply(in Message request, long number, in AppendReply reply, long after) =>
        Send(new Message(Id, request.From, Term, number, reply), after);
}
