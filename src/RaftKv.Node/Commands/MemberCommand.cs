using System.CommandLine;
using RaftKv.Client;
using RaftKv.Consensus;

namespace RaftKv.Node.Commands;

/// <summary><c>client members</c> and <c>client member</c>: who the members are, and changes of that.</summary>
internal static class MemberCommand
{
    public static Command CreateList(ClientOptions options)
    {
        var command = new Command("members", "List the members of the cluster, and say who leads.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed);
            var (configuration, leader) = await clerk.GetMembersAsync(cancellationToken);
            await PrintAsync(configuration, parsed, leader);
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

    private static AdministrationCommand CreateAdd(ClientOptions options)
    {
        var id = NodeArgument.Id("An id that no node ever had.");
        var address = NodeArgument.Address();
        var learner = new Option<bool>("--learner") { Description = "Let it receive the log without a vote." };
        var command = new AdministrationCommand("add", "Add a node that was started with `serve --join`.")
        {
            id, address, learner,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed);
            var node = new NodeId(parsed.GetValue(id));
            var added = new MemberChange(MemberChangeKind.AddLearner, node, $"{parsed.GetValue(address)}");
            var members = await SettledChange.MakeAsync(clerk, added, cancellationToken);
            try
            {
                // Asked again, as after a lost answer, it may have its vote already.
                if (!parsed.GetValue(learner) && members.Find(node) is not { Role: MemberRole.Voter })
                    members = await SettledChange.MakeAsync(
                        clerk, new MemberChange(MemberChangeKind.Promote, node), cancellationToken);
            }
            catch (ClerkException exception)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    $"{node} is a member, but has no vote yet (`member promote {node.Value}` asks again). "
                    + exception.Message);
                return ExitCode.Failed;
            }

            await PrintAsync(members, parsed);
            return ExitCode.Good;
        });
        return command;
    }

    private static AdministrationCommand CreateChange(
        ClientOptions options, string name, string description, MemberChangeKind kind)
    {
        var id = NodeArgument.Id();
        var command = new AdministrationCommand(name, description) { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed);
            var change = new MemberChange(kind, new NodeId(parsed.GetValue(id)));
            await PrintAsync(await SettledChange.MakeAsync(clerk, change, cancellationToken), parsed);
            return ExitCode.Good;
        });
        return command;
    }

    private static async Task PrintAsync(Configuration configuration, ParseResult parsed, NodeId leader = default)
    {
        foreach (var (id, address, role) in configuration.Members)
            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                $"{id.Value}  {address}  {role}{(id == leader ? "  leads" : "")}");
    }
}
