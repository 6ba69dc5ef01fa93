using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RaftKv.Linearizability;

namespace RaftKv.HistoryChecker.Commands;

/// <summary>The options that bound a check: <c>--budget 2s --memory 256M</c>.</summary>
/// <param name="isBounded">Whether there are bounds, too, when none are given.</param>
internal sealed class BudgetOptions(bool isBounded = false)
{
    // A table is scored to its end, whatever is in it.
    private static readonly TimeSpan _usualTime = TimeSpan.FromSeconds(30);
    private static readonly long _usualBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    private readonly Option<TimeSpan?> _time = new("--budget")
    {
        Description = "the longest that the check of one file may take, such as 500ms, 2s or 3m"
            + (isBounded ? "; 30s unless given" : ""),
        HelpName = "time",
        CustomParser = result => Parse(result, Time, "a time such as 500ms, 2s or 3m"),
    };

    private readonly Option<long?> _memory = new("--memory")
    {
        Description = "the most memory that the search of one file may hold, such as 256M or 2G"
            + (isBounded ? "; half of the machine's unless given" : ""),
        HelpName = "bytes",
        CustomParser = result => Parse(result, Bytes, "a size such as 64K, 256M or 2G"),
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_time);
        command.Options.Add(_memory);
    }

    public Budget From(ParseResult result) => new()
    {
        Time = result.GetValue(_time) ?? (isBounded ? _usualTime : null),
        Clock = TimeProvider.System,
        MemoryBytes = result.GetValue(_memory) ?? (isBounded ? _usualBytes : long.MaxValue),
    };

    private static T? Parse<T>(ArgumentResult result, Func<string, T?> parse, string expected)
        where T : struct
    {
        var text = result.Tokens[0].Value;
        var value = parse(text);
        if (value is null)
            result.AddError($"{((OptionResult)result.Parent!).Option.Name}: '{text}' is not {expected}");
        return value;
    }

    private static TimeSpan? Time(string text) =>
        Scaled(text, [("ms", 1), ("s", 1000), ("m", 60_000)]) is { } ms ? TimeSpan.FromMilliseconds(ms) : null;

    private static long? Bytes(string text) =>
        Scaled(text, [("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30)]) is { } bytes ? (long)bytes : null;

    private static double? Scaled(string text, ReadOnlySpan<(string Suffix, long Factor)> units)
    {
        foreach (var (suffix, factor) in units)
        {
            var amount = text.AsSpan(0, Math.Max(0, text.Length - suffix.Length));
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(amount, CultureInfo.InvariantCulture, out var number)
                && number is > 0 and < 1_000_000)
            {
                return number * factor;
            }
        }

        return null;
    }
}
