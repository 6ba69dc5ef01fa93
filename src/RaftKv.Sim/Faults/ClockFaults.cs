using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>Lets the servers' clocks run too fast or too slow, and their wall clocks jump.</summary>
/// <remarks>The rates of a world with leases stay within the drift that the leases allow for.</remarks>
internal sealed class ClockFaults(SimWorld world, IReadOnlyList<SimNode> servers, SeedConfiguration configuration)
    : RepeatingFaults(
        world, world.Decisions.Stream(Concern.Clock, lane: -1),
        configuration.ClockFaults ? TimeSpan.FromSeconds(1) : TimeSpan.Zero)
{
    /// <summary>In per cent of true time: within the bound if leases rely on one.</summary>
    private int Rate() => configuration.LeaseReads
        ? 100 - configuration.ClockDriftPercent + Choose.Choose("drift", (configuration.ClockDriftPercent * 2) + 1)
        : 100 + Choose.Choose("faster", 101) - Choose.Choose("slower", 51);

    protected override void Strike()
    {
        var clock = servers[Choose.Choose("victim", servers.Count)].Time;
        if (Choose.Choose("rate or jump", 2) == 0)
            clock.SetRate(Rate(), 100);
        else
            clock.JumpWall(TimeSpan.FromSeconds(Choose.Choose("jump", 7201) - 3600));
    }
}
