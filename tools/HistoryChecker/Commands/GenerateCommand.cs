using System.CommandLine;
using RaftKv.HistoryChecker.Generation;
using RaftKv.Linearizability.Formats;

namespace RaftKv.HistoryChecker.Commands;

/// <summary><c>generate</c>: a seeded key-value history, linearizable unless a fault is asked for.</summary>
internal static class GenerateCommand
{
    private static readonly string[] _kinds = ["get", "put", "append", "cas"];

    public static Command Create()
    {
        var operations = Number("--operations", "how many operations", 1_000, 1);
        var clients = Number("--clients", "how many clients at once", 5, 1);
        var keys = Number("--keys", "how many keys", 1, 1);
        var unknown = Number("--unknown", "per cent of operations of unknown outcome", 0, 0);
        var seed = Number("--seed", "the same seed, the same history", 1, int.MinValue);
        var mix = new Option<string>("--mix")
        {
            Description = "the kinds of operations, each as often as it is named",
            DefaultValueFactory = _ => "get,put",
        };
        mix.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>()!.Split(',').Except(_kinds).FirstOrDefault() is { } kind)
                result.AddError($"'{kind}' is no kind of operation: {string.Join(", ", _kinds)}");
        });
        var repeats = new Option<bool>("--repeats") { Description = "written values repeat instead of being unique" };
        var stale = new Option<bool>("--stale") { Description = "one late get returns an overwritten value" };
        var output = new Argument<string>("FILE") { Description = "where to write kv-history-1" };
        var command = new Command("generate", "Writes a random history that is linearizable unless --stale is given.")
        {
            operations, clients, keys, unknown, mix, repeats, stale, seed, output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(stale) && result.GetValue(repeats))
                result.AddError("--stale needs unique values: leave out --repeats");
        });
        command.SetAction(result => Run(
            new Workload
            {
                Operations = result.GetValue(operations),
                Clients = result.GetValue(clients),
                Keys = result.GetValue(keys),
                UnknownPercent = result.GetValue(unknown),
                Kinds = result.GetValue(mix)!.Split(','),
                Repeats = result.GetValue(repeats),
                Stale = result.GetValue(stale),
                Seed = result.GetValue(seed),
            },
            result.GetValue(output)!,
            result.InvocationConfiguration.Error));
        return command;
    }

    private static Option<int> Number(string name, string description, int usual, int least)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < least)
                result.AddError($"{name} is at least {least}");
        });
        return option;
    }

    private static int Run(Workload workload, string file, TextWriter error)
    {
        try
        {
            var history = new HistoryGenerator(workload).Generate();
            using var content = File.Create(file);
            KvHistoryWriter.Write(history, content, workload.Seed);
            return ExitCode.Linearizable;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            error.WriteLine($"{file}: {exception.Message}");
            return ExitCode.BadInput;
        }
    }
}
