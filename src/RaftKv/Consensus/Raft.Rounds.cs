namespace RaftKv.Consensus;

// Which servers still follow: dissertation §6.2.
public sealed partial class Raft
{
    private readonly HeartbeatRounds _rounds = new();
    private readonly Func<NodeId, long> _roundOf;

    /// <summary>A round begins; its messages leave at the end of the batch.</summary>
    private void BeginRound()
    {
        _heartbeatDue = true;
        // Leaders of several groups that were held up together must not beat together from then on.
        var interval = _options.HeartbeatInterval.Ticks;
        _heartbeatDeadline = _now + interval - (Math.Max(0, _now - _heartbeatDeadline) % interval);
        _rounds.Begin(_now);
        // The only voter is a quorum by itself, whether or not its learners answer.
        ConfirmRounds();
    }

    private void ConfirmRounds() => _rounds.Confirm(Configuration.Reached(_roundOf));

    /// <summary>A leader that no quorum hears cannot commit; its clients had better look for another one.</summary>
    private bool IsDeserted =>
        _options.CheckQuorum && _now - _rounds.ConfirmedAt >= _options.ElectionTimeout.Ticks;
}
