using System.CommandLine;

namespace RaftKv.Node.Commands;

/// <summary><c>client</c>: one operation, or a demonstration.</summary>
internal static class ClientCommand
{
    public static Command Create(ClientOptions options) => new("client", "Read and write keys; administer the cluster.")
    {
        options.Endpoints,
        options.Cluster,
        options.Timeout,
        GetCommand.Create(options),
        WriteCommand.Create(
            options, "put", "Set a key's value.",
            (clerk, key, value, cancellationToken) => clerk.PutAsync(key, value, cancellationToken)),
        WriteCommand.Create(
            options, "append", "Add to the end of a key's value.",
            (clerk, key, value, cancellationToken) => clerk.AppendAsync(key, value, cancellationToken)),
        DeleteCommand.Create(options),
        SwapCommand.Create(options),
        ScanCommand.Create(options),
        TransactionCommand.Create(options),
        StatusCommand.Create(options),
        MemberCommand.CreateList(options),
        MemberCommand.Create(options),
        TransferCommand.Create(options),
        DemoCommand.Create(options),
    };
}
