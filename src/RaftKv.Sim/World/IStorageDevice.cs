using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>A node's storage device: what survives the node's crashes.</summary>
internal interface IStorageDevice
{
    /// <summary>The disk as a new incarnation of the node sees it, with completions on its loop.</summary>
    IDisk Attach(SimLoop loop);

    /// <summary>
    /// The incarnation is gone, its loop already stopped: drop its pending operations. A power loss also loses any
    /// subset of what was not flushed; a process crash loses only what had not been handed to the operating system.
    /// </summary>
    void Crash(bool isPowerLoss);
}
