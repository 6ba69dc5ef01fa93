using System.CommandLine;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using RaftKv.Node.Hosting;
using RaftKv.Storage;

namespace RaftKv.Node.Commands;

/// <summary>
/// <c>serve</c>: one node, until Ctrl+C, SIGTERM or a fault; and <c>init</c>: the data directory of one that founds a
/// cluster. They take the same options.
/// </summary>
internal static class ServeCommand
{
    public static Command Create() => Create(isInit: false);

    public static Command CreateInit() => Create(isInit: true);

    private static Command Create(bool isInit)
    {
        var config = new Option<string?>("--config")
        {
            Description = "JSON file with options. RAFTKV_Name in the environment beats it, a flag beats both.",
            HelpName = "FILE",
        };
        var member = new Option<string[]>("--member")
        {
            Description = "Id and address of a member; repeat it for each.",
            HelpName = "ID=HOST:PORT",
        };
        var print = new Option<bool>("--print-config") { Description = "Print the options in force, and end." };
        var join = new Option<bool>("--join")
        {
            Description = "The node is new: begin with an empty data directory and wait until the cluster adds it.",
        };
        var untilEndOfInput = new Option<bool>("--until-end-of-input")
        {
            Description = "Also stop when the standard input ends, as it does when the process that holds it dies.",
        };
        var flags = NodeOptionsLoader.All.Where(option => option.Name != nameof(NodeOptions.Members))
            .ToDictionary(option => option.Name, Flag);
        var command = isInit
            ? new Command("init", "Make the data directory of a node that founds a new cluster.") { config, member }
            : new Command("serve", "Run one node.") { config, member, join, print, untilEndOfInput };
        foreach (var flag in flags.Values)
            command.Add(flag);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var set = flags.Where(flag => parsed.GetValue(flag.Value) is not null)
                .ToDictionary(flag => flag.Key, flag => parsed.GetValue(flag.Value));
            foreach (var text in parsed.GetValue(member) ?? [])
                AddMember(set, text);
            var options = NodeOptionsLoader.Load(parsed.GetValue(config), set);
            if (isInit)
            {
                await NodeHost.InitAsync(options);
                return ExitCode.Good;
            }

            if (parsed.GetValue(print))
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(NodeOptionsLoader.ToJson(options));
                return ExitCode.Good;
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (parsed.GetValue(untilEndOfInput))
                _ = StopAtEndOfInputAsync(stop);
            return await NodeHost.RunAsync(options, parsed.GetValue(join), stop.Token) switch
            {
                null => ExitCode.Good,
                // The directory is another node's or was never one's: an option names the wrong one.
                ForeignStorageException or MissingStorageException => ExitCode.Usage,
                _ => ExitCode.Failed,
            };
        });
        return command;
    }

    private static Option<string?> Flag(PropertyInfo option)
    {
        var inForce = Convert.ToString(option.GetValue(new NodeOptions()), CultureInfo.InvariantCulture);
        var byDefault = string.IsNullOrEmpty(inForce) || inForce == "0" ? "" : $" [default: {inForce}]";
        if (option.PropertyType == typeof(bool))
            byDefault = byDefault.ToLowerInvariant();
        string[] aliases = option.Name == nameof(NodeOptions.ClusterId) ? ["--cluster"] : [];
        return new Option<string?>(NodeOptionsLoader.Flag(option), aliases)
        {
            Description = option.GetCustomAttribute<DescriptionAttribute>()!.Description + byDefault,
            HelpName = NodeOptionsLoader.Values(option) is { } values ? string.Join('|', values)
                : option.PropertyType == typeof(int) ? "N" : option.Name,
        };
    }

    private static void AddMember(Dictionary<string, string?> options, string text)
    {
        if (text.Split('=', 2) is not [var id, var address])
            throw new UsageException($"--member {text} is not of the form ID=HOST:PORT.");
        if (!options.TryAdd($"{nameof(NodeOptions.Members)}:{id}", address))
            throw new UsageException($"--member {text}: {id} has an address already.");
    }

    private static async Task StopAtEndOfInputAsync(CancellationTokenSource stop)
    {
        await using var input = Console.OpenStandardInput();
        var ignored = new byte[256];
        while (await input.ReadAsync(ignored) > 0)
        {
        }

        await stop.CancelAsync();
    }
}
