using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>Freezes a server for a while, as a long collection or a moved virtual machine does.</summary>
internal sealed class PauseFaults(SimWorld world, IReadOnlyList<SimNode> servers, SeedConfiguration configuration)
    : RepeatingFaults(world, world.Decisions.Stream(Concern.Crash, lane: 1), configuration.PauseEvery)
{
    protected override void Strike()
    {
        var victim = servers[Choose.Choose("victim", servers.Count)];
        if (!victim.IsRunning || victim.IsPaused)
            return;
        victim.Pause();
        Later(Choose.Exponential("pause", configuration.ElectionTimeout * 2), victim.Resume);
    }
}
