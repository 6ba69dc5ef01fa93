using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RaftKv.HistoryChecker.Generation;
using RaftKv.Linearizability.Formats;
using RaftKv.Linearizability.Models;

namespace RaftKv.HistoryChecker.Commands;

/// <summary><c>generate</c>: a seeded key-value history, linearizable unless a fault is asked for.</summary>
internal static class GenerateCommand
{
    private const string Mutex = "mutex";
    private static readonly string[] _kinds = ["get", "put", "append", "delete", "cas", "scan", "txn"];

    public static Command Create()
    {
        var operations = Number("--operations", "how many operations", 1_000, 1);
        var clients = Number("--clients", "how many clients at once", 5, 1);
        var keys = Number("--keys", "how many keys", 1, 1);
        var unknown = Number("--unknown", "per cent of operations of unknown outcome", 0, 0, 100);
        var seed = Number("--seed", "the same seed, the same history", 1, int.MinValue);
        var mix = new Option<string>("--mix")
        {
            Description = "the kinds of operations, each as often as it is named",
            DefaultValueFactory = _ => "get,put",
        };
        mix.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() != Mutex
                && result.GetValueOrDefault<string>()!.Split(',').Except(_kinds).FirstOrDefault() is { } kind)
                result.AddError($"--mix: '{kind}' is no kind: {string.Join(", ", _kinds)}; or {Mutex} alone");
        });
        var repeats = Number("--repeats", "so many different values are written; 0: each is unique", 0, 0);
        var tick = Number("--tick", "how coarse the clock is", 1, 1);
        var fault = new Option<Fault>("--fault")
        {
            Description = "what goes wrong, once, where it makes the history illegal",
            DefaultValueFactory = _ => Fault.None,
            CustomParser = FaultOf,
        };
        var output = new Argument<string>("FILE")
        {
            Description = "where to write kv-history-1; gzipped when it ends in .gz",
        };
        var command = new Command("generate", "Writes a random history, linearizable unless a fault is asked for.")
        {
            operations, clients, keys, unknown, mix, repeats, tick, fault, seed, output,
        };
        command.SetAction(result => Run(
            new Workload
            {
                Operations = result.GetValue(operations),
                Clients = result.GetValue(clients),
                Keys = result.GetValue(keys),
                UnknownPercent = result.GetValue(unknown),
                Kinds = result.GetValue(mix)!.Split(','),
                Repeats = result.GetValue(repeats),
                Tick = result.GetValue(tick),
                Fault = result.GetValue(fault),
                Seed = result.GetValue(seed),
            },
            result.GetValue(output)!,
            result.InvocationConfiguration.Error));
        return command;
    }

    private static Option<int> Number(
        string name, string description, int usual, int least, int most = int.MaxValue) => new(name)
        {
            Description = description,
            DefaultValueFactory = _ => usual,
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    && number >= least && number <= most)
                    return number;
                result.AddError($"{name} is a whole number from {least} to {most}, not '{text}'");
                return usual;
            },
        };

    private static Fault FaultOf(ArgumentResult result)
    {
        var (text, names) = (result.Tokens[0].Value, Enum.GetNames<Fault>());
        if (names.Contains(text, StringComparer.OrdinalIgnoreCase))
            return Enum.Parse<Fault>(text, ignoreCase: true);
        result.AddError($"--fault: '{text}' is none of {string.Join(", ", names)}");
        return Fault.None;
    }

    private static int Run(Workload workload, string file, TextWriter error)
    {
        try
        {
            if (workload.Kinds is [Mutex])
            {
                var history = FaultyHistory.Generate(new MutexModel(), workload, MutexGenerator.Generate);
                HistoryFile.Create(file, to => EdnHistoryWriter.Write(history, to));
            }
            else
            {
                var history = FaultyHistory.Generate(
                    new KvModel(), workload, one => new HistoryGenerator(one).Generate());
                var injected = workload.Fault == Fault.None ? "" : $"{workload.Fault}";
                HistoryFile.Create(file, to => KvHistoryWriter.Write(history, to, workload.Seed, injected));
            }

            return ExitCode.Linearizable;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or InvalidOperationException
                or ArgumentException)
        {
            error.WriteLine($"{file}: {exception.Message}");
            return ExitCode.BadInput;
        }
    }
}
