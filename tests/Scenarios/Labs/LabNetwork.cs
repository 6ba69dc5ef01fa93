using RaftKv.Consensus;
using RaftKv.Sim.World;
using RaftKv.Wire;

namespace RaftKv.Scenarios.Labs;

/// <summary>
/// The network of the MIT labs: servers are connected or cut off, and messages may be unreliable (each lost with 10 %,
/// else delayed by 0 to 26 ms) and answers reordered (two thirds delayed by 200 ms and up to 2 s more).
/// </summary>
/// <remarks>
/// The labs call functions; we send frames on connections. A lost frame leaves its connection alone, as a lost call
/// leaves others alone. A call to a dead server takes up to 7 s there; here a connection must be made again, which
/// takes up to the dialer's time-out of 1 s and pauses of up to 0.5 s.
/// </remarks>
internal sealed class LabNetwork
{
    private static readonly Ratio _loss = new(1, 10);
    private static readonly TimeSpan _longestDelay = TimeSpan.FromMilliseconds(26);
    private static readonly Ratio _reordered = new(600, 900);

    private readonly NetworkFabric _fabric;
    private readonly bool[] _connected;

    public LabNetwork(NetworkFabric fabric, int servers)
    {
        _fabric = fabric;
        _connected = [.. Enumerable.Repeat(true, servers)];
        _fabric.Rules.Add(Judge);
    }

    /// <summary>Each message may be lost, with 10 %, and takes 0 to 26 ms otherwise.</summary>
    public bool IsUnreliable { get; set; }

    /// <summary>Two thirds of the answers come 0.2 to 2.2 s late.</summary>
    public bool IsReordering { get; set; }

    /// <summary>Whether a server has not been cut off.</summary>
    public bool IsConnected(int server) => _connected[server];

    /// <summary>Takes up the server's links with the other connected servers.</summary>
    public void Connect(int server) => Set(server, true);

    /// <summary>Cuts the server off from all other servers; clients still reach it.</summary>
    public void Disconnect(int server) => Set(server, false);

    /// <summary>Splits the servers into those named and the rest.</summary>
    public void Partition(params ReadOnlySpan<int> side)
    {
        for (var one = 0; one < _connected.Length; one++)
        {
            for (var other = 0; other < one; other++)
                SetLinks(one, other, side.Contains(one) == side.Contains(other));
        }
    }

    /// <summary>Lets a rule judge what is sent before anything else does.</summary>
    public void Intercept(NetworkRule rule) => _fabric.Rules.Insert(0, rule);

    /// <summary>What a Send carries.</summary>
    public static FrameKind KindOf(in Transmission sent) => (FrameKind)sent.Frames[4];

    /// <summary>The message between servers that a Send carries, if it carries one.</summary>
    public static MessageKind? MessageOf(in Transmission sent) =>
        KindOf(sent) == FrameKind.PeerMessage
        && MessageCodec.TryRead(sent.Frames[Frame.HeaderBytes..], out var message, out _) ? message.Kind : null;

    /// <summary>All links up and quick, nothing lost or delayed.</summary>
    public void Heal()
    {
        (IsUnreliable, IsReordering) = (false, false);
        _fabric.Rules.Clear();
        foreach (var link in _fabric.Links)
            link.Conditions = new LinkConditions();
        Array.Fill(_connected, true);
        _fabric.Heal();
    }

    /// <summary>Takes the links between two hosts up or down.</summary>
    public void SetLinks(int one, int other, bool isUp)
    {
        _fabric.Link(one, other).IsUp = isUp;
        _fabric.Link(other, one).IsUp = isUp;
    }

    private void Set(int server, bool isConnected)
    {
        _connected[server] = isConnected;
        for (var other = 0; other < _connected.Length; other++)
        {
            if (other != server)
                SetLinks(server, other, isConnected && _connected[other]);
        }
    }

    private Verdict Judge(in Transmission sent)
    {
        var kind = KindOf(sent);
        if (!(IsUnreliable || IsReordering) || kind is FrameKind.Hello or FrameKind.HelloReply)
            return Verdict.Pass;
        var choose = _fabric.Link(sent.From, sent.To).Decisions;
        if (IsUnreliable && choose.Chance("lab: lost", _loss))
            return Verdict.Drop;
        var delay = IsUnreliable ? choose.Between("lab: delay", TimeSpan.Zero, _longestDelay) : TimeSpan.Zero;
        if (IsReordering && IsAnswer(sent) && choose.Chance("lab: reordered", _reordered))
        {
            var longest = choose.Between("lab: longest", TimeSpan.Zero, TimeSpan.FromSeconds(2));
            delay += TimeSpan.FromMilliseconds(200) + choose.Between("lab: late", TimeSpan.Zero, longest);
        }

        return Verdict.DeliverAfter(delay);
    }

    private static bool IsAnswer(in Transmission sent) =>
        KindOf(sent) is FrameKind.Response or FrameKind.Rejection
        || (MessageOf(sent)?.ToString().EndsWith("Reply", StringComparison.Ordinal) ?? false);
}
