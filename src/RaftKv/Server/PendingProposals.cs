using RaftKv.Consensus;

namespace RaftKv.Server;

/// <summary>
/// Callers that wait for their entry to be applied. A caller is answered when an entry is applied at its index: with
/// the result if the term is its own as well, otherwise with "not applied", because a committed entry has one term for
/// ever.
/// </summary>
internal sealed class PendingProposals<TResult>
{
    private readonly Dictionary<long, TaskCompletionSource<ProposalOutcome<TResult>>> _undecided = [];
    private readonly Dictionary<LogIndex, Waiter> _waiting = [];
    private long _lastNumber;

    /// <summary>How many callers wait.</summary>
    public int Count { get; private set; }

    /// <summary>Registers a caller before its command is stepped, so that even an immediate answer finds it.</summary>
    /// <returns>The number to propose under.</returns>
    public long Register(out Task<ProposalOutcome<TResult>> outcome)
    {
        var completion = new TaskCompletionSource<ProposalOutcome<TResult>>();
        _undecided.Add(++_lastNumber, completion);
        Count++;
        outcome = completion.Task;
        return _lastNumber;
    }

    /// <summary>The core appended or refused the command.</summary>
    public void Decide(in ProposalResult decision, NodeId leader)
    {
        if (!_undecided.Remove(decision.ProposalNumber, out var completion))
            return;
        if (decision.Status == ProposalStatus.Appended)
        {
            _waiting.Add(decision.Index, new Waiter(decision.Term, completion));
            return;
        }

        var end = decision.Status switch
        {
            ProposalStatus.NotLeader => ProposalEnd.NotLeader,
            ProposalStatus.Refused => ProposalEnd.Refused,
            _ => ProposalEnd.Busy,
        };
        Complete(completion, new(end, default, leader, decision.Reason));
    }

    /// <summary>An entry was applied.</summary>
    public void Applied(LogIndex index, Term term, TResult? result)
    {
        if (!_waiting.Remove(index, out var waiter))
            return;
        Complete(waiter.Completion, waiter.Term == term
            ? new(ProposalEnd.Applied, result, NodeId.None)
            : new(ProposalEnd.NotApplied, default, NodeId.None));
    }

    /// <summary>The state jumped to <paramref name="index"/>: what was applied on the way is not known here.</summary>
    public void Skipped(LogIndex index)
    {
        foreach (var skipped in _waiting.Keys.Where(waiting => waiting <= index).Order().ToArray())
        {
            // One that is told may dispose the replica, and so have the others told.
            if (_waiting.Remove(skipped, out var waiter))
                Complete(waiter.Completion, new(ProposalEnd.Unknown, default, NodeId.None));
        }
    }

    /// <summary>
    /// The leadership is lost, and with it the certainty to learn what becomes of the entries: even one that is
    /// truncated here may be committed by another leader (paper, figure 8).
    /// </summary>
    public void Deposed()
    {
        // Told after every turn.
        if (_waiting.Count > 0)
            Skipped(new LogIndex(long.MaxValue));
    }

    /// <summary>The replica stops: nobody will be answered any more.</summary>
    public void Stop()
    {
        Deposed();
        foreach (var number in _undecided.Keys.Order().ToArray())
        {
            _undecided.Remove(number, out var completion);
            Complete(completion!, new(ProposalEnd.Unknown, default, NodeId.None));
        }
    }

    private void Complete(TaskCompletionSource<ProposalOutcome<TResult>> completion, ProposalOutcome<TResult> outcome)
    {
        Count--;
        completion.SetResult(outcome);
    }

    private readonly record struct Waiter(Term Term, TaskCompletionSource<ProposalOutcome<TResult>> Completion);
}
