using System.CommandLine;
using System.Net;
using RaftKv.Node.Hosting;

namespace RaftKv.Node.Commands;

/// <summary><c>cluster</c>: a cluster of node processes on this machine, to try and to develop with.</summary>
internal static class ClusterCommand
{
    public static Command Create(ClientOptions options)
    {
        var nodes = NumberOption.CreateOptional(
            "--nodes", "How many nodes: 3, or as many as the cluster has that is there.", 1, ClusterDirectory.MaxNodes);
        var data = new Option<string>("--data")
        {
            Description = "Where their files live; a cluster that was here before goes on. "
                + "Edit DIR/nodeN/node.json for further options.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "data",
        };
        data.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && string.IsNullOrWhiteSpace(token.Value))
                result.AddError("--data is empty.");
        });
        var port = NumberOption.CreateOptional(
            "--port", $"Port of the first node of a new cluster, the next ones follow: {ClientOptions.FirstPort}.",
            1, IPEndPoint.MaxPort);
        var command = new Command("cluster", "Start a cluster on this machine; Ctrl+C stops it.")
        {
            nodes, data, port, options.Cluster,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (count, first) = (parsed.GetValue(nodes), parsed.GetValue(port));
            if (first + (count ?? ClusterDirectory.NodesByDefault) - 1 > IPEndPoint.MaxPort)
                throw new UsageException($"--port: the nodes' ports go beyond {IPEndPoint.MaxPort}.");
            var clusterId = parsed.GetValue(options.Cluster)!;
            var output = TextWriter.Synchronized(parsed.InvocationConfiguration.Output);
            using var cluster = new LocalCluster(
                clusterId, new ClusterDirectory(clusterId, parsed.GetValue(data)!), output);
            return await cluster.RunAsync(count, first, cancellationToken) ? ExitCode.Good : ExitCode.Failed;
        });
        return command;
    }
}
