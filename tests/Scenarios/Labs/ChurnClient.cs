namespace RaftKv.Scenarios.Labs;

/// <summary>
/// A client of the churn tests: again and again it offers a command to all servers, whichever leads, waits a little to
/// see it applied, and notes those that it saw.
/// </summary>
internal sealed class ChurnClient(LedgerLab lab, int number)
{
    private static readonly int[] _waits = [10, 20, 50, 100, 200];

    private Proposal[] _offers = [];
    private long _amount;
    private int _wait;

    /// <summary>Commands that this client saw applied where it had put them.</summary>
    public List<long> Seen { get; } = [];

    /// <summary>Whether the client begins nothing new.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Offers a new command.</summary>
    public void Begin()
    {
        if (IsStopped)
            return;
        _amount = lab.Fresh();
        _wait = 0;
        _offers = [.. Enumerable.Range(0, lab.Servers).Select(server => lab.Offer(server, _amount))];
        Later(_waits[0], Look);
    }

    private void Look()
    {
        if (Array.FindLast(_offers, offer => offer.Index is not null)?.Index is not { } index)
        {
            Later(79 + (number * 17), Begin);
        }
        else if (lab.Committed(index) > 0)
        {
            if (lab.Applied.GetValueOrDefault(index) == _amount)
                Seen.Add(_amount);
            Begin();
        }
        else if (++_wait < _waits.Length)
        {
            Later(_waits[_wait], Look);
        }
        else
        {
            Begin();
        }
    }

    private void Later(int milliseconds, Action action) =>
        lab.World.After(TimeSpan.FromMilliseconds(milliseconds), action);
}
