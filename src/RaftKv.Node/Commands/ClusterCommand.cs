using System.CommandLine;
using System.Net;
using RaftKv.Node.Hosting;

namespace RaftKv.Node.Commands;

/// <summary><c>cluster</c>: a cluster of node processes on this machine, to try and to develop with.</summary>
internal static class ClusterCommand
{
    public static Command Create(ClientOptions options)
    {
        var nodes = NumberOption.Create("--nodes", "How many nodes.", 3, 1, LocalCluster.MaxNodes);
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
        var port = NumberOption.Create(
            "--port", "Port of the first node; the next ones follow.", ClientOptions.FirstPort, 1, IPEndPoint.MaxPort);
        var command = new Command("cluster", "Start a cluster on this machine; Ctrl+C stops it.")
        {
            nodes, data, port, options.Cluster,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(port) + parsed.GetValue(nodes) - 1 > IPEndPoint.MaxPort)
                throw new UsageException($"--port: the nodes' ports go beyond {IPEndPoint.MaxPort}.");
            var output = TextWriter.Synchronized(parsed.InvocationConfiguration.Output);
            using var cluster = new LocalCluster(
                parsed.GetValue(options.Cluster)!, parsed.GetValue(data)!, parsed.GetValue(nodes),
                parsed.GetValue(port), output);
            return await cluster.RunAsync(cancellationToken) ? ExitCode.Good : ExitCode.Failed;
        });
        return command;
    }
}
