using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using RaftKv.Client;
using RaftKv.Client.Sockets;
using RaftKv.Node.Hosting;

namespace RaftKv.Node.Commands;

/// <summary>Options that several commands have in common.</summary>
internal sealed class ClientOptions
{
    /// <summary>Port of the first node of a local cluster.</summary>
    public const int FirstPort = 7001;

    /// <summary>Where the nodes listen, unless <c>--endpoints</c> says otherwise.</summary>
    private const string EndpointsVariable = "RAFTKV_ENDPOINTS";

    /// <summary>Names the cluster.</summary>
    public Option<string> Cluster { get; } = ClusterId();

    /// <summary>Where the nodes listen.</summary>
    public Option<string> Endpoints { get; } = new("--endpoints")
    {
        Description = $"Addresses of the nodes, or of some of them; beats {EndpointsVariable} in the environment.",
        HelpName = "a,b,c",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(EndpointsVariable)
            ?? $"127.0.0.1:{FirstPort},127.0.0.1:{FirstPort + 1},127.0.0.1:{FirstPort + 2}",
        Recursive = true,
    };

    /// <summary>How long one operation is tried, in seconds.</summary>
    public Option<int> Timeout { get; } = RecursiveTimeout();

    /// <summary>The cluster's name, called the same by all commands.</summary>
    public static Option<string> ClusterId()
    {
        var cluster = new Option<string>("--cluster-id", "--cluster")
        {
            Description = "The cluster's name.",
            HelpName = "ID",
            DefaultValueFactory = _ => RaftKvClient.DefaultClusterId,
            Recursive = true,
        };
        cluster.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && string.IsNullOrWhiteSpace(token.Value))
                result.AddError("--cluster-id is empty.");
        });
        return cluster;
    }

    /// <summary>The key to work on.</summary>
    public static Argument<string> Key()
    {
        var key = Text("KEY", "The key.");
        key.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }])
                result.AddError("KEY is empty.");
        });
        return key;
    }

    /// <summary>An argument that was given as text, and not as bytes that are none.</summary>
    public static Argument<string> Text(string name, string description)
    {
        var text = new Argument<string>(name) { Description = description };
        text.Validators.Add(result => RequireText(result, name));
        return text;
    }

    /// <summary>An option that was given as text, and not as bytes that are none.</summary>
    public static Option<string?> TextOption(string name, string helpName, string description)
    {
        var text = new Option<string?>(name) { HelpName = helpName, Description = description };
        text.Validators.Add(result => RequireText(result, name));
        return text;
    }

    /// <summary>Adds an error where the command line had bytes that are no UTF-8.</summary>
    public static void RequireText(SymbolResult result, string name)
    {
        // The runtime puts this character in place of such bytes, and they are gone.
        if (result.Tokens.Any(token => token.Value.EnumerateRunes().Contains(Rune.ReplacementChar)))
            result.AddError($"{name} is not UTF-8. Any bytes can be a value: put --value-file.");
    }

    /// <summary>A Clerk for the nodes that the command line names.</summary>
    /// <exception cref="UsageException">There is no address, or one is malformed.</exception>
    public Clerk Connect(ParseResult parsed) =>
        Connect(parsed, options => options with
        {
            OperationTimeout = TimeSpan.FromSeconds(parsed.GetValue(Timeout)),
        });

    /// <summary>A Clerk for the nodes that the command line names.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="change">Sets further options.</param>
    /// <exception cref="UsageException">There is no address, or one is malformed.</exception>
    public Clerk Connect(ParseResult parsed, Func<ClerkOptions, ClerkOptions> change) => RaftKvClient.Connect(change(
        RaftKvClient.Options("", parsed.GetValue(Cluster)!) with { Endpoints = Addresses(parsed) }));

    /// <summary>The addresses that the command line or the environment names.</summary>
    /// <exception cref="UsageException">There is no address, or one is malformed or there twice.</exception>
    public IReadOnlyList<string> Addresses(ParseResult parsed)
    {
        var addresses = RaftKvClient.Options(parsed.GetValue(Endpoints)!).Endpoints;
        var origin = parsed.GetResult(Endpoints) is { Implicit: false } ? "--endpoints" : EndpointsVariable;
        if (addresses.Count == 0)
            throw new UsageException($"{origin} names no address.");
        if (addresses.CountBy(address => address).FirstOrDefault(some => some.Value > 1) is { Key: { } twice })
            throw new UsageException($"{origin} names {twice} twice.");
        try
        {
            foreach (var address in addresses)
                HostPort.ParseReachable(address);
        }
        catch (FormatException exception)
        {
            throw new UsageException($"{origin}: {exception.Message}");
        }

        return addresses;
    }

    private static Option<int> RecursiveTimeout()
    {
        var timeout = NumberOption.Create(
            "--timeout", "How many seconds to try before giving up; for the demo, its first write.", 10, 1, 86_400);
        timeout.Recursive = true;
        return timeout;
    }
}
