using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>The network as one incarnation of a node sees it.</summary>
internal sealed class SimNetwork(NetworkFabric fabric, SimLoop loop) : INetwork
{
    public SimLoop Loop { get; } = loop;

    /// <summary>Its ends of the open connections, oldest first.</summary>
    public List<SimConnection> Connections { get; } = [];

    public IDisposable Listen(string address, Action<IConnection> accept) => fabric.Bind(address, this, accept);

    public ValueTask<ConnectResult> ConnectAsync(string address, CancellationToken cancellationToken) =>
        new ConnectAttempt(fabric, this, address).StartAsync(cancellationToken);

    /// <summary>Ends everything when the process or its machine dies.</summary>
    public void Crash(bool isPowerLoss)
    {
        fabric.Unbind(this);
        foreach (var connection in Connections.ToArray()) connection.Die(isPowerLoss);
    }

    public override string ToString() => Loop.Name;
}
