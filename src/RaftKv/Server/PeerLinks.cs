using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Rpc;

namespace RaftKv.Server;

/// <summary>
/// The ways to the other servers. Where a member listens is said by the configuration; where another server listens
/// that speaks to this one, such as the leader that adds it, by its own introduction.
/// </summary>
internal sealed class PeerLinks(NodePlatform platform, RpcIdentity self, RpcOptions options) : IDisposable
{
    private const int MaxLinks = 2 * Configuration.MaxMembers;

    private readonly SortedDictionary<NodeId, (string Address, PeerLink Link)> _links = [];
    private readonly SortedDictionary<NodeId, string> _introduced = [];

    /// <summary>Another server has said where it listens.</summary>
    public void Introduced(NodeId server, string address)
    {
        if (address.Length == 0 || (_introduced.TryGetValue(server, out var known) && known == address))
            return;
        if (_introduced.Count >= MaxLinks)
            _introduced.Clear();
        _introduced[server] = address;
    }

    /// <summary>Where a server listens, as far as is known.</summary>
    public string? AddressOf(NodeId server, Configuration configuration) =>
        configuration.Find(server)?.Address ?? _introduced.GetValueOrDefault(server);

    /// <summary>Sends a message if its receiver can be reached now.</summary>
    public void Send(in Message message, Configuration configuration)
    {
        if (AddressOf(message.To, configuration) is not { } address)
            return;
        if (!_links.TryGetValue(message.To, out var link) || link.Address != address)
        {
            link.Link?.Dispose();
            if (_links.Count >= MaxLinks)
                Dispose();
            link = (address, new PeerLink(platform, self, message.To, address, options));
            _links[message.To] = link;
        }

        link.Link.Send(message);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, link) in _links.Values)
            link.Dispose();
        _links.Clear();
    }
}
