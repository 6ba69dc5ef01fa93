using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>
/// The network between all hosts of a world.
/// <para>
/// Connections carry bytes over two links, one in each direction. A link delays what crosses it (a least latency, an
/// exponential jitter, now and then a straggler), can be down (what is sent or would arrive is lost, in silence) and
/// can be held (what would arrive waits, and comes at once and in order when the link is released). Any set of links
/// may be down or held at any time: symmetric and one-way partitions, bridges, rings, clients cut off from some nodes.
/// </para>
/// <para>
/// What a loss means depends on the mode of the seed. In the two ordered modes a lost Send is a hole: nothing sent
/// after it arrives either, the sender gives up after a silence and resets the connection; a receiver that hears
/// nothing notices nothing. So a connection can be half open, or live in one direction only, for as long as it likes.
/// A connection may also break by chance: what is then on its way is lost, and both ends learn of it at their own
/// times. In the adversarial mode every Send may be lost, repeated or overtaken on its own and the connection goes on,
/// except for the first in each direction (the greeting), which arrives first and once or else not at all, in which
/// case nothing does. In the byte stream mode what arrives in order is cut and glued at random places. Bytes
/// are never altered: the frames' checksums are tested elsewhere.
/// </para>
/// <para>
/// Connecting takes a round trip. It is refused when the host is up but nobody listens; it times out when the address
/// is unknown, the host has no power, or a link is down. A paused node's host goes on accepting and buffering. When a
/// process dies its host resets its connections, if the resets get through; when the power fails nobody does, and a
/// peer learns of it by its silence, or by a reset once it sends to the rebooted host.
/// </para>
/// <para>
/// The sender's buffer counts bytes until they reach the receiving node. Bandwidth is not modelled.
/// </para>
/// </summary>
internal sealed class NetworkFabric(Scheduler scheduler, Decisions decisions, NetworkOptions options)
{
    private readonly List<List<Link>> _links = [];
    private readonly List<string> _names = [];
    private readonly List<bool> _isUp = [];
    private readonly List<SimNetwork?> _networks = [];
    private readonly Dictionary<string, int> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Listener> _listeners = new(StringComparer.Ordinal);
    private readonly Stack<Packet> _packets = [];
    private LinkConditions _conditions = options.Conditions;

    public NetworkOptions Options { get; } = options;

    public Scheduler Scheduler { get; } = scheduler;

    /// <summary>Rules for scripted scenarios; the first that does not pass decides.</summary>
    public List<NetworkRule> Rules { get; } = [];

    /// <summary>Says in words what a message is, for trace lines.</summary>
    public Func<ReadOnlySpan<byte>, string> Describe { get; set; } = static _ => "";

    /// <summary>Messages that reached a node.</summary>
    public long MessageCount { get; private set; }

    /// <summary>Bytes that reached a node.</summary>
    public long ByteCount { get; private set; }

    /// <summary>The link from one host to another (or to itself).</summary>
    public Link Link(int from, int to) => _links[from][to];

    /// <summary>All links, by sender and then by receiver.</summary>
    public IEnumerable<Link> Links => _links.SelectMany(static row => row);

    /// <summary>Sets what every link does to bytes, also those of hosts that are added later.</summary>
    public void SetConditions(LinkConditions conditions)
    {
        _conditions = conditions;
        foreach (var link in Links) link.Conditions = conditions;
    }

    /// <summary>Takes the links between two groups of hosts down.</summary>
    /// <param name="left">Hosts of one side.</param>
    /// <param name="right">Hosts of the other side.</param>
    /// <param name="isOneWay">When true, only what the left side sends to the right side is lost.</param>
    public void Partition(IReadOnlyCollection<int> left, IReadOnlyCollection<int> right, bool isOneWay = false)
    {
        foreach (var from in left)
        {
            foreach (var to in right)
            {
                Link(from, to).IsUp = false;
                if (!isOneWay) Link(to, from).IsUp = false;
            }
        }

        Scheduler.Record(
            null,
            TraceKind.Fault,
            left.Count,
            right.Count,
            $"partition [{Names(left)}] {(isOneWay ? "-x>" : "<x>")} [{Names(right)}]");
    }

    /// <summary>Takes every link up and releases what was held.</summary>
    public void Heal()
    {
        foreach (var link in Links)
        {
            link.IsUp = true;
            if (link.IsHeld) link.Release();
        }

        Scheduler.Record(null, TraceKind.Fault, 0, 0, $"all links healed");
    }

    /// <summary>Breaks the connections of two hosts with each other, soon.</summary>
    public void BreakConnections(int one, int other)
    {
        foreach (var connection in _networks[one]?.Connections ?? [])
        {
            if (connection.RemoteHost == other) connection.Break();
        }
    }

    /// <summary>Adds a host, linked to all hosts and to itself. Its addresses are "name" and "name:…".</summary>
    public void AddHost(string name)
    {
        var added = _links.Count;
        if (!_hosts.TryAdd(name, added)) throw new ArgumentException($"There is a host {name} already.", nameof(name));
        _names.Add(name);
        _networks.Add(null);
        for (var host = 0; host < added; host++) _links[host].Add(MakeLink(host, added));
        _links.Add([.. Enumerable.Range(0, added + 1).Select(host => MakeLink(added, host))]);
        _isUp.Add(true);
    }

    /// <summary>The network of a new incarnation on a host.</summary>
    public SimNetwork Attach(SimLoop loop)
    {
        var network = new SimNetwork(this, loop);
        _networks[loop.Index] = network;
        return network;
    }

    public bool IsHostUp(int host) => _isUp[host];

    public void SetHostUp(int host, bool isUp) => _isUp[host] = isUp;

    public Listener Bind(string address, SimNetwork owner, Action<IConnection> accept)
    {
        if (HostOf(address) != owner.Loop.Index) throw new IOException($"{address} is not an address of {owner}.");
        var listener = new Listener(this, address, owner, accept);
        if (!_listeners.TryAdd(address, listener)) throw new IOException($"The address {address} is in use.");
        return listener;
    }

    public void Unbind(Listener listener)
    {
        if (listener.IsOpen) _listeners.Remove(listener.Address);
    }

    public void Unbind(SimNetwork owner)
    {
        foreach (var listener in _listeners.Values.Where(listener => listener.Owner == owner).ToArray())
            _listeners.Remove(listener.Address);
    }

    public Listener? ListenerAt(string address) => _listeners.GetValueOrDefault(address);

    /// <summary>The host that an address belongs to; null when there is none.</summary>
    public int? HostOf(string address)
    {
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        return _hosts.TryGetValue(colon < 0 ? address : address[..colon], out var host) ? host : null;
    }

    internal Verdict Judge(Link link, ReadOnlySpan<byte> frames)
    {
        foreach (var rule in Rules)
        {
            var verdict = rule(new Transmission(link.From, link.To, frames));
            if (verdict != Verdict.Pass) return verdict;
        }

        return Verdict.Pass;
    }

    internal Packet Rent(
        PacketKind kind, SimConnection target, long sequence, ReadOnlySpan<byte> bytes, int bufferedBytes)
    {
        if (!_packets.TryPop(out var packet)) packet = new Packet();
        packet.Prepare(kind, target, sequence, bytes, bufferedBytes);
        return packet;
    }

    internal void Return(Packet packet) => _packets.Push(packet);

    internal void CountDelivery(int bytes)
    {
        MessageCount++;
        ByteCount += bytes;
    }

    private string Names(IEnumerable<int> hosts) => string.Join(' ', hosts.Select(host => _names[host]));

    private Link MakeLink(int from, int to) =>
        new(Scheduler, from, to, _conditions, decisions.Stream(Concern.Network, (from << 8) | to));
}
