using System.Text.RegularExpressions;
using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Formats;

/// <summary>Jepsen's log of its etcd test: one compare-and-set register that holds nothing at first.</summary>
internal static partial class JepsenLogFormat
{
    /// <summary>Whether a file that begins so is such a log.</summary>
    public static bool Recognises(ReadOnlySpan<char> line) => line.StartsWith("INFO ");

    public static RecordedHistory Read(LineReader lines)
    {
        var history = new ProcessHistory<RegisterInput<string>, RegisterOutput<string>>(lines);
        do
        {
            // Other messages, and those of the nemesis, are no part of the history.
            if (!Prefix().IsMatch(lines.Text))
                continue;
            var match = Event().Match(lines.Text);
            if (!match.Success)
                throw lines.Malformed("not an event: PROCESS :TYPE :F VALUE is expected");
            if (!int.TryParse(match.Groups["process"].ValueSpan, out var process))
                throw lines.Malformed("the process number is too large");
            var (type, f, value) = (match.Groups["type"].Value, match.Groups["f"].Value, match.Groups["value"].Value);
            Add(history, lines, process, type, f, value);
        }
        while (lines.Next());

        return new RecordedHistory<string?, RegisterInput<string>, RegisterOutput<string>>(
            "cas-register", new RegisterModel<string>(), history.ToHistory());
    }

    private static void Add(
        ProcessHistory<RegisterInput<string>, RegisterOutput<string>> history,
        LineReader lines,
        int process,
        string type,
        string f,
        string value)
    {
        if (type == "invoke")
        {
            history.Invoke(process, Input(lines, f, value), lines.Line);
            return;
        }

        var input = history.Pending(process, lines.Line);
        if (KindOf(f) != input.Kind)
            throw lines.Malformed($"process {process} completes another operation than it invoked");
        var timedOut = value == ":timed-out";
        switch (type)
        {
            case "ok" when f == "read":
                history.Return(process, input, new(value == "nil" ? null : Number(lines, value)), lines.Line);
                break;
            case "ok" or "fail" when !timedOut && f != "read" && Input(lines, f, value) != input:
                throw lines.Malformed($"process {process} completes another operation than it invoked");
            case "ok" when !timedOut:
                history.Return(process, input, new(null), lines.Line);
                break;
            case "fail" when f == "cas" && !timedOut:
                history.Return(process, input, new(null, Succeeded: false), lines.Line);
                break;
            case "fail" when f == "read":
                history.Discard(process, lines.Line);
                break;
            case "info":
                history.Lose(process, lines.Line);
                break;
            default:
                throw lines.Malformed($"':{type} :{f} {value}' has no meaning");
        }
    }

    private static RegisterInput<string> Input(LineReader lines, string f, string value) => KindOf(f) switch
    {
        RegisterKind.Read when value == "nil" => new(RegisterKind.Read),
        RegisterKind.Write => new(RegisterKind.Write, Number(lines, value)),
        RegisterKind.CompareAndSet when Pair().Match(value) is { Success: true } pair =>
            new(RegisterKind.CompareAndSet, pair.Groups[2].Value, pair.Groups[1].Value),
        _ => throw lines.Malformed($"':{f} {value}' has no meaning"),
    };

    private static RegisterKind KindOf(string f) => f switch
    {
        "read" => RegisterKind.Read,
        "write" => RegisterKind.Write,
        _ => RegisterKind.CompareAndSet,
    };

    private static string Number(LineReader lines, string value) =>
        Integer().IsMatch(value) ? value : throw lines.Malformed($"'{value}' is not an integer");

    [GeneratedRegex(@"^INFO\s+jepsen\.util\s+-\s+\d")]
    private static partial Regex Prefix();

    [GeneratedRegex(
        @"-\s+(?<process>\d+)\s+:(?<type>invoke|ok|fail|info)\s+:(?<f>read|write|cas)\s+(?<value>\S.*?)\s*$")]
    private static partial Regex Event();

    [GeneratedRegex(@"^\[(-?\d+) (-?\d+)\]$")]
    private static partial Regex Pair();

    [GeneratedRegex(@"^-?\d+$")]
    private static partial Regex Integer();
}
