using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>Lets the servers' clocks run too fast or too slow, and their wall clocks jump.</summary>
internal sealed class ClockFaults(SimWorld world, IReadOnlyList<SimNode> servers, SeedConfiguration configuration)
    : RepeatingFaults(
        world, world.Decisions.Stream(Concern.Clock, lane: -1),
        configuration.ClockFaults ? TimeSpan.FromSeconds(1) : TimeSpan.Zero)
{
    protected override void Strike()
    {
        var clock = servers[Choose.Choose("victim", servers.Count)].Time;
        if (Choose.Choose("rate or jump", 2) == 0)
            clock.SetRate(100 + Choose.Choose("faster", 101) - Choose.Choose("slower", 51), 100);
        else
            clock.JumpWall(TimeSpan.FromSeconds(Choose.Choose("jump", 7201) - 3600));
    }
}
