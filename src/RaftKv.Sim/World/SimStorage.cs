using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>A host's disk: one volume, and the process that has it in use at present.</summary>
internal sealed class SimStorage(Scheduler scheduler, IDecisions decisions) : IStorageDevice
{
    private SimDisk? _inUse;

    /// <summary>The medium, which survives.</summary>
    public SimVolume Volume { get; } = new();

    public IDisk Attach(SimLoop loop) => _inUse = new SimDisk(scheduler, loop, Volume, decisions);

    public void Crash(bool isPowerLoss)
    {
        _inUse?.Stop();
        if (isPowerLoss)
            Volume.LosePower(decisions);
    }
}
