using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>
/// Ends servers and starts them again: one, a few or all at once; as a process that dies (the page cache survives) or
/// as a power loss (un-flushed writes are lost in any subset).
/// </summary>
internal sealed class CrashFaults(SimWorld world, IReadOnlyList<SimNode> servers, SeedConfiguration configuration)
    : RepeatingFaults(world, world.Decisions.Stream(Concern.Crash), configuration.CrashEvery)
{
    protected override void Strike()
    {
        var victims = Choose.Choose("how many", 10) switch
        {
            9 => servers.Count,
            8 => 1 + Choose.Choose("several", servers.Count),
            _ => 1,
        };
        var first = Choose.Choose("victim", servers.Count);
        var isPowerLoss = Choose.Choose("power loss", 100) >= 100 - configuration.PowerLossPercent;
        for (var i = 0; i < victims; i++)
        {
            var victim = servers[(first + i) % servers.Count];
            if (!victim.IsRunning)
                continue;
            victim.Crash(isPowerLoss);
            // Some are back before what was on its way to them and from them has arrived.
            var downtime = Choose.Choose("bounce", 4) == 3 ? configuration.Latency : configuration.ElectionTimeout * 2;
            Later(Choose.Exponential("downtime", downtime), () =>
            {
                if (!victim.IsRunning)
                    victim.Start();
            });
        }
    }
}
