using RaftKv.Consensus;
using RaftKv.Node.Commands;

namespace RaftKv.Node.Hosting;

/// <summary>
/// The directories of the nodes of a cluster on this machine: DIR/node1, DIR/node2 … Who the members are, and where
/// they listen, is decided when the cluster is founded, and from then on what the nodes' own data says.
/// </summary>
internal sealed class ClusterDirectory(string clusterId, string directory)
{
    /// <summary>The largest cluster on one machine.</summary>
    public const int MaxNodes = 99;

    /// <summary>Nodes of a new cluster.</summary>
    public const int NodesByDefault = 3;

    /// <summary>The directory's whole path.</summary>
    public string FullPath { get; } = Path.GetFullPath(directory);

    /// <summary>Makes everything ready for the nodes' start: founds the cluster if there is none.</summary>
    /// <param name="nodes">How many there are to be; <see langword="null"/>: as many as there are, or three.</param>
    /// <param name="port">
    /// The port of the first; <see langword="null"/>: where the nodes listened before, or 7001.
    /// </param>
    /// <returns>The options of each member.</returns>
    /// <exception cref="UsageException">
    /// The directory cannot be made, or holds a cluster of another size or name, or at other addresses.
    /// </exception>
    /// <exception cref="IOException">An address, or the data of a node, is in use.</exception>
    public async Task<IReadOnlyList<NodeOptions>> PrepareAsync(int? nodes, int? port)
    {
        var here = Enumerable.Range(1, MaxNodes).Where(id => Directory.Exists(NodeDirectory(id))).ToArray();
        var before = here.ToDictionary(id => id, Read);
        if (Array.Exists(here, id => Directory.Exists(DataDirectory(id))))
            return await ResumeAsync(before, nodes, port);
        var founders = Founders(nodes ?? NodesByDefault, port ?? ClientOptions.FirstPort);
        RequireFree(founders, " Give another --port.");
        var options = Options(founders, before);
        Write(options);
        await FoundAsync(options);
        return options;
    }

    /// <summary>The file with a node's options.</summary>
    public string ConfigFile(int id) => Path.Combine(NodeDirectory(id), "node.json");

    /// <summary>A node's own directory.</summary>
    public string NodeDirectory(int id) => Path.Combine(FullPath, $"node{id}");

    private string DataDirectory(int id) => Path.Combine(NodeDirectory(id), "data");

    private static Member[] Founders(int nodes, int firstPort) =>
    [
        .. Enumerable.Range(1, nodes).Select(
            id => new Member(new NodeId(id), $"127.0.0.1:{firstPort + id - 1}", MemberRole.Voter)),
    ];

    private static void RequireFree(IReadOnlyList<Member> members, string advice)
    {
        foreach (var member in members)
            LocalAddress.RequireFree(member.Address, advice);
    }

    /// <summary>What the node's file says; the options by default without one.</summary>
    private NodeOptions Read(int id)
    {
        var file = ConfigFile(id);
        if (!File.Exists(file))
            return new NodeOptions { ClusterId = clusterId };
        var options = NodeOptionsLoader.FromJson(file);
        return options.ClusterId == clusterId ? options : throw new UsageException(
            $"--data {FullPath} holds the cluster '{options.ClusterId}': "
            + $"give --cluster-id {options.ClusterId} or another directory.");
    }

    /// <summary>Founds all of it or nothing: half a cluster would never have a majority.</summary>
    private static async Task FoundAsync(NodeOptions[] options)
    {
        var founded = new List<string>();
        try
        {
            foreach (var node in options)
            {
                founded.Add(node.DataDirectory);
                await NodeHost.InitAsync(node);
            }
        }
        catch
        {
            // None of these was there before, and none has run.
            foreach (var data in founded.Where(Directory.Exists))
                Directory.Delete(data, recursive: true);
            throw;
        }
    }

    private async Task<IReadOnlyList<NodeOptions>> ResumeAsync(
        Dictionary<int, NodeOptions> before, int? nodes, int? port)
    {
        // Held until all is written: nodes that run must not find their files changed.
        using var stopped = new StoppedNodes();
        foreach (var (id, options) in before.Where(node => Directory.Exists(DataDirectory(node.Key))))
            await stopped.AddAsync(clusterId, id, DataDirectory(id), options.SegmentBytes);
        var members = stopped.Members().Members;
        if (nodes is { } wanted && wanted != members.Count)
            throw new UsageException(
                $"--nodes {wanted}: {FullPath} holds a cluster of {members.Count} nodes. "
                + $"Give --nodes {members.Count} or none, or another --data.");
        var first = members[0];
        if (port is { } asked && first.Address != Founders(first.Id.Value, asked)[^1].Address)
            throw new UsageException(
                $"--port {asked}: the cluster in {FullPath} listens at "
                + $"{string.Join(", ", members.Select(member => member.Address))}; its nodes know each other by that. "
                + "Give no --port, or another --data.");
        if (members.FirstOrDefault(member => !before.ContainsKey(member.Id.Value)) is { Address: not null } missing)
            throw new UsageException(
                $"--data {FullPath}: node{missing.Id.Value} of {members.Count} is missing. "
                + "If it is lost, start the others with `serve --config` and let a new node take its place.");
        RequireFree(members, "");
        var resumed = Options(members, before);
        Write(resumed);
        return resumed;
    }

    /// <summary>Those that the launcher decides, and for the others what the node's file says.</summary>
    private NodeOptions[] Options(IReadOnlyList<Member> members, Dictionary<int, NodeOptions> before) =>
    [
        .. members.Select(member =>
        {
            var id = member.Id.Value;
            var options = before.GetValueOrDefault(id) ?? new NodeOptions { ClusterId = clusterId };
            options.Id = id;
            options.Members = members.ToDictionary(each => $"{each.Id.Value}", each => each.Address);
            options.DataDirectory = DataDirectory(id);
            options.LogDirectory = Path.Combine(NodeDirectory(id), "logs");
            return options;
        }),
    ];

    private void Write(NodeOptions[] options)
    {
        foreach (var node in options)
        {
            try
            {
                Directory.CreateDirectory(NodeDirectory(node.Id));
                File.WriteAllText(ConfigFile(node.Id), NodeOptionsLoader.ToJson(node));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"--data: cannot write to {NodeDirectory(node.Id)}: {exception.Message}");
            }
        }
    }
}
