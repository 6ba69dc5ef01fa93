namespace RaftKv.Sim.World;

/// <summary>One direction between two hosts. Everything that crosses the network crosses a link.</summary>
internal sealed class Link(Scheduler scheduler, int from, int to, LinkConditions conditions, IDecisions decisions)
{
    private readonly Queue<Work> _held = [];

    /// <summary>The sending host.</summary>
    public int From { get; } = from;

    /// <summary>The receiving host.</summary>
    public int To { get; } = to;

    /// <summary>When false, whatever is sent or would arrive is lost without a trace.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>Whether arrivals are held back.</summary>
    public bool IsHeld { get; private set; }

    public LinkConditions Conditions { get; set; } = conditions;

    /// <summary>The link's own stream of choices.</summary>
    public IDecisions Decisions { get; } = decisions;

    /// <summary>Clogs the link: what would arrive waits.</summary>
    public void Hold() => IsHeld = true;

    /// <summary>Lets everything go that was held, at once and in order.</summary>
    public void Release()
    {
        IsHeld = false;
        while (_held.TryDequeue(out var work)) scheduler.Enqueue(work);
    }

    /// <summary>Whether an arrival may go on now. If not, it has been lost or held.</summary>
    public Passage Admit(SimLoop? loop, SimEvent arrival, long argument)
    {
        if (!IsUp) return Passage.Lost;
        if (!IsHeld) return Passage.Free;
        _held.Enqueue(new Work(loop, arrival, null, argument));
        return Passage.Held;
    }

    /// <summary>Draws the time that a message takes.</summary>
    public TimeSpan DrawLatency()
    {
        var latency = Conditions.LatencyLeast + Decisions.Exponential("jitter", Conditions.JitterMean);
        return Decisions.Chance("straggler", Conditions.Straggler)
            ? latency + Decisions.Exponential("straggler delay", Conditions.StragglerDelayMean)
            : latency;
    }
}

/// <summary>What a link does with an arrival.</summary>
internal enum Passage
{
    Free,
    Held,
    Lost,
}
