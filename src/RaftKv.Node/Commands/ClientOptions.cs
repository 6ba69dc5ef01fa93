using System.CommandLine;
using RaftKv.Client;
using RaftKv.Node.Hosting;

namespace RaftKv.Node.Commands;

/// <summary>Options that several commands have in common.</summary>
internal sealed class ClientOptions
{
    /// <summary>Port of the first node of a local cluster.</summary>
    public const int FirstPort = 7001;

    /// <summary>Names the cluster.</summary>
    public Option<string> Cluster { get; } = new("--cluster")
    {
        Description = "The cluster's name.",
        HelpName = "ID",
        DefaultValueFactory = _ => RaftKvClient.DefaultClusterId,
        Recursive = true,
    };

    /// <summary>Where the nodes listen.</summary>
    public Option<string> Endpoints { get; } = new("--endpoints")
    {
        Description = "Addresses of the nodes, or of some of them.",
        HelpName = "a,b,c",
        DefaultValueFactory = _ => $"127.0.0.1:{FirstPort},127.0.0.1:{FirstPort + 1},127.0.0.1:{FirstPort + 2}",
        Recursive = true,
    };

    /// <summary>The key to work on.</summary>
    public static Argument<string> Key()
    {
        var key = new Argument<string>("KEY");
        key.Validators.Add(result =>
        {
            if (result.GetValue(key) is "")
                result.AddError("KEY is empty.");
        });
        return key;
    }

    /// <summary>A Clerk for the nodes that the command line names.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="operationTimeout">How long to try before giving up.</param>
    /// <exception cref="UsageException">There is no address, or one is malformed.</exception>
    public Clerk Connect(ParseResult parsed, TimeSpan operationTimeout)
    {
        try
        {
            var options = RaftKvClient.Options(parsed.GetValue(Endpoints)!, parsed.GetValue(Cluster)!);
            return RaftKvClient.Connect(options with { OperationTimeout = operationTimeout });
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw new UsageException($"--endpoints, --cluster: {exception.Message}");
        }
    }
}
