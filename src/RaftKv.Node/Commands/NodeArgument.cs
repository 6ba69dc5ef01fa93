using System.CommandLine;
using RaftKv.Client.Sockets;

namespace RaftKv.Node.Commands;

/// <summary>Arguments that say which node is meant.</summary>
internal static class NodeArgument
{
    public static Argument<int> Id(string description = "The node's id.") => new("ID")
    {
        Description = description,
        CustomParser = NumberOption.Parser("ID", 1, int.MaxValue),
    };

    public static Argument<HostPort> Address() => new("ADDRESS")
    {
        Description = "Where it listens, HOST:PORT.",
        CustomParser = result =>
        {
            try
            {
                return HostPort.ParseReachable(result.Tokens.Single().Value);
            }
            catch (FormatException exception)
            {
                result.AddError($"ADDRESS: {exception.Message}");
                return default;
            }
        },
    };
}
