using System.CommandLine;
using RaftKv.Client.Sockets;
using RaftKv.Consensus;

namespace RaftKv.Node.Commands;

/// <summary><c>client members</c> and <c>client member</c>: who the members are, and changes of that.</summary>
internal static class MemberCommand
{
    public static Command CreateList(ClientOptions options)
    {
        var command = new Command("members", "List the members of the cluster.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed);
            await PrintAsync(await clerk.GetMembersAsync(cancellationToken), parsed);
            return ExitCode.Good;
        });
        return command;
    }

    public static Command Create(ClientOptions options) => new("member", "Change the members of the cluster.")
    {
        CreateAdd(options),
        CreateChange(options, "promote", "Make a learner a voter, once it has caught up.", MemberChangeKind.Promote),
        CreateChange(options, "demote", "Make a voter a learner.", MemberChangeKind.Demote),
        CreateChange(options, "remove", "Remove a member.", MemberChangeKind.Remove),
    };

    private static Command CreateAdd(ClientOptions options)
    {
        var id = Id();
        var address = new Argument<string>("ADDRESS") { Description = "Where it listens (host:port)." };
        var learner = new Option<bool>("--learner") { Description = "Let it receive the log without a vote." };
        var command = new Command("add", "Add a node that was started with `serve --join`.") { id, address, learner };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed);
            var node = new NodeId(parsed.GetValue(id));
            var where = $"{HostPort.Parse(parsed.GetValue(address)!)}";
            var members = await clerk.ChangeMembersAsync(
                [new(MemberChangeKind.AddLearner, node, where)], cancellationToken);
            if (!parsed.GetValue(learner))
                members = await clerk.ChangeMembersAsync([new(MemberChangeKind.Promote, node)], cancellationToken);
            await PrintAsync(members, parsed);
            return ExitCode.Good;
        });
        return command;
    }

    private static Command CreateChange(ClientOptions options, string name, string description, MemberChangeKind kind)
    {
        var id = Id();
        var command = new Command(name, description) { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed);
            var change = new MemberChange(kind, new NodeId(parsed.GetValue(id)));
            await PrintAsync(await clerk.ChangeMembersAsync([change], cancellationToken), parsed);
            return ExitCode.Good;
        });
        return command;
    }

    private static Argument<int> Id()
    {
        var id = new Argument<int>("ID");
        id.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number < 1)
                result.AddError($"ID must be at least 1, but is {number}.");
        });
        return id;
    }

    private static async Task PrintAsync(Configuration configuration, ParseResult parsed)
    {
        foreach (var (id, address, role) in configuration.Members)
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{id.Value}  {address}  {role}");
    }
}
