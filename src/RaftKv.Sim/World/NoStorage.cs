using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>The storage of a host that has none, such as a client's.</summary>
internal sealed class NoStorage : IStorageDevice, IDisk
{
    public IDisk Attach(SimLoop loop) => this;

    public void Crash(bool isPowerLoss)
    {
    }

    public ValueTask<IReadOnlyList<string>> ListAsync() => throw Absent();

    public ValueTask<IDiskFile> OpenAsync(string name) => throw Absent();

    public ValueTask RenameAsync(string from, string to) => throw Absent();

    public ValueTask DeleteAsync(string name) => throw Absent();

    public ValueTask FlushDirectoryAsync() => throw Absent();

    private static IOException Absent() => new("This host has no disk.");
}
