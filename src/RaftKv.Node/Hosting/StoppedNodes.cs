using RaftKv.Consensus;
using RaftKv.Server;
using RaftKv.Storage;

namespace RaftKv.Node.Hosting;

/// <summary>The data of nodes that do not run, held so that none can be started meanwhile.</summary>
internal sealed class StoppedNodes : IDisposable
{
    private readonly List<LocalMachine> _held = [];
    private readonly List<StoredMembers> _known = [];
    private IOException? _failure;

    /// <summary>Takes hold of a node's data, and reads whom it takes for the members.</summary>
    /// <exception cref="IOException">The node runs, or its directory cannot be used.</exception>
    public async Task AddAsync(string clusterId, int id, string dataDirectory, int segmentBytes)
    {
        var machine = new LocalMachine($"node{id}", dataDirectory);
        _held.Add(machine);
        try
        {
            _known.Add(await machine.RunAsync(platform => StoredMembers.ReadAsync(
                clusterId, new NodeId(id), new StorageOptions { SegmentBytes = segmentBytes }, platform.Disk)));
        }
        catch (IOException failure) when (failure is not ForeignStorageException)
        {
            // It will say so itself when it is started; the others may do without it.
            _failure = new IOException($"{dataDirectory}: {failure.Message}", failure);
        }
        catch (ForeignStorageException foreign)
        {
            throw new UsageException($"{dataDirectory}: {foreign.Message}");
        }
    }

    /// <summary>The members, according to the node that knows best.</summary>
    /// <exception cref="IOException">No node knows any.</exception>
    public Configuration Members()
    {
        var known = _known.Where(node => node.Configuration.Members.Count > 0)
            .MaxBy(node => (node.LastTerm, node.LastIndex));
        return known?.Configuration ?? throw _failure ?? new IOException("No node here was ever added to a cluster.");
    }

    public void Dispose() => _held.ForEach(machine => machine.Dispose());
}
