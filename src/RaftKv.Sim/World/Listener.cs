using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>An address at which an incarnation of a node accepts connections.</summary>
internal sealed class Listener(NetworkFabric fabric, string address, SimNetwork owner, Action<IConnection> accept)
    : IDisposable
{
    public string Address { get; } = address;

    public SimNetwork Owner { get; } = owner;

    public Action<IConnection> Accept { get; } = accept;

    public bool IsOpen => fabric.ListenerAt(Address) == this;

    public void Dispose() => fabric.Unbind(this);
}
