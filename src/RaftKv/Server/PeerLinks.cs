using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Rpc;

namespace RaftKv.Server;

/// <summary>
/// The ways to the other servers. Where a member listens is said by the configuration; where another server listens
/// that speaks to this one, such as the leader that adds it, by its own introduction.
/// </summary>
internal sealed class PeerLinks(NodePlatform platform, RpcIdentity self, RpcOptions options, RaftOptions raft)
    : IDisposable
{
    private const int MaxLinks = 2 * Configuration.MaxMembers;

    // A lost attempt to connect must not cost elections. Where that is too short to connect, it is too short to elect.
    private readonly RpcOptions _options = options.ConnectTimeout > raft.ElectionTimeout
        ? options with { ConnectTimeout = raft.ElectionTimeout }
        : options;

    // By ascending id.
    private readonly List<(NodeId Server, string Address, ulong Founding, PeerLink Link)> _links = [];
    private readonly Dictionary<NodeId, string> _introduced = [];

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
        var position = 0;
        while (position < _links.Count && _links[position].Server < message.To)
            position++;
        var founding = configuration.Founding;
        if (position == _links.Count || _links[position].Server != message.To)
            position = Open(message.To, address, founding, position);
        else if ((_links[position].Address, _links[position].Founding) != (address, founding))
        {
            _links[position].Link.Dispose();
            _links.RemoveAt(position);
            position = Open(message.To, address, founding, position);
        }

        _links[position].Link.Send(message);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, _, _, link) in _links)
            link.Dispose();
        _links.Clear();
    }

    private int Open(NodeId server, string address, ulong founding, int position)
    {
        if (_links.Count >= MaxLinks)
        {
            Dispose();
            position = 0;
        }

        var identity = self with { Founding = founding };
        _links.Insert(
            position, (server, address, founding, new PeerLink(platform, identity, server, address, _options)));
        return position;
    }
}
