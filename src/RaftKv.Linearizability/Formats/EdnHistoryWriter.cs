using System.Text;
using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Formats;

/// <summary>
/// Writes histories of registers, mutexes and key-value stores in extensible data notation: <see cref="HistoryReader"/>
/// reads it. Registers that start as 0 and mutexes as Jepsen does, keys that start absent (and a register alone that
/// does) as its independent registers, keys that start as "" as Porcupine does.
/// </summary>
public static class EdnHistoryWriter
{
    /// <summary>Writes a history that was read.</summary>
    /// <param name="history">The history.</param>
    /// <param name="output">Where to; left open.</param>
    /// <exception cref="NotSupportedException">
    /// The format has no such operations, or means another value by the beginning.
    /// </exception>
    public static void Write(RecordedHistory history, Stream output)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(output);
        var lines = history switch
        {
            RecordedHistory<KvState, KvInput, KvOutput> { Initial: "" } keys => Lines(keys.Operations, OfKeys),
            RecordedHistory<KvState, KvInput, KvOutput> { Initial: null } keys => Lines(keys.Operations, OfRegisters),
            RecordedHistory<string?, RegisterInput<string>, RegisterOutput<string>> { Initial: null } register =>
                Lines([.. register.Operations.Select(KvHistoryWriter.OfRegister)], OfRegisters),
            RecordedHistory<string?, RegisterInput<string>, RegisterOutput<string>> { Initial: "0" } register =>
                Lines(register.Operations, OfRegister),
            RecordedHistory<KvState, Transaction, ValueList<string?>> { Initial: null or "0" } registers =>
                Lines(registers.Operations, one => OfTransaction(one, registers.Initial)),
            RecordedHistory<bool, MutexInput, bool> mutex => Lines(mutex.Operations, OfMutex),
            _ => throw NotWritten(history),
        };
        Write(lines, output);
    }

    /// <summary>Writes a history of a mutex.</summary>
    /// <param name="history">The operations, in any order.</param>
    /// <param name="output">Where to; left open.</param>
    /// <exception cref="NotSupportedException">An attempt failed but was not left out.</exception>
    public static void Write(IReadOnlyList<Operation<MutexInput, bool>> history, Stream output)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(output);
        Write(Lines(history, OfMutex), output);
    }

    private static void Write(IEnumerable<string> lines, Stream output)
    {
        using var text = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (var line in lines)
            text.WriteLine(line);
    }

    /// <summary>The events in time order; at equal times calls come first, as intervals are closed.</summary>
    private static IEnumerable<string> Lines<TInput, TOutput>(
        IReadOnlyList<Operation<TInput, TOutput>> history,
        Func<Operation<TInput, TOutput>, (string Call, string? Type, string? Answer)> describe)
    {
        var events = new List<(long Time, int Kind, int Index, string Text)>();
        for (var i = 0; i < history.Count; i++)
        {
            var (call, type, answer) = describe(history[i]);
            events.Add((history[i].Call, 0, i, Line(history[i].Client, "invoke", call)));
            if (type is not null)
                events.Add((history[i].Return, 1, i, Line(history[i].Client, type, answer!)));
        }

        events.Sort();
        return events.Select(one => one.Text);
    }

    private static string Line(int process, string type, string what) =>
        $"{{:process {process}, :type :{type}, {what}}}";

    private static (string, string?, string?) OfRegister(
        Operation<RegisterInput<string>, RegisterOutput<string>> operation)
    {
        var (kind, value, expected) = operation.Input;
        var isKnown = operation.Outcome.IsKnown;
        return kind switch
        {
            RegisterKind.Read => (
                ":f :read, :value nil",
                isKnown ? "ok" : null,
                $":f :read, :value {(isKnown ? Leaf(operation.Outcome.Value.Value) : "nil")}"),
            RegisterKind.Write => (
                $":f :write, :value {Leaf(value)}", isKnown ? "ok" : null, $":f :write, :value {Leaf(value)}"),
            _ when isKnown && !operation.Outcome.Value.Succeeded =>
                throw NotWritten("what a compare-and-set that failed has seen"),
            _ => (
                $":f :cas, :value [{Leaf(expected)} {Leaf(value)}]",
                isKnown ? "ok" : null,
                $":f :cas, :value [{Leaf(expected)} {Leaf(value)}]"),
        };
    }

    private static (string, string?, string?) OfMutex(Operation<MutexInput, bool> operation)
    {
        var what = operation.Input == MutexInput.Acquire ? ":f :acquire, :value nil" : ":f :release, :value nil";
        return operation.Outcome is { IsKnown: true, Value: false }
            ? throw NotWritten("what an attempt that failed has seen")
            : (what, operation.Outcome.IsKnown ? "ok" : null, what);
    }

    private static (string, string?, string?) OfRegisters(Operation<KvInput, KvOutput> operation)
    {
        var (kind, key, value, expected) = operation.Input;
        var isKnown = operation.Outcome.IsKnown;
        if (kind == KvKind.CompareAndSet && isKnown && !operation.Outcome.Value.Succeeded)
            throw NotWritten("what a compare-and-set that failed has seen");
        var (f, of) = kind switch
        {
            KvKind.Get => ("read", "nil"),
            KvKind.Put => ("write", Leaf(value)),
            KvKind.CompareAndSet => ("cas", $"[{Leaf(expected)} {Leaf(value)}]"),
            _ => throw NotWritten($"a {kind} where keys start absent"),
        };
        var read = kind == KvKind.Get && isKnown ? Leaf(operation.Outcome.Value.Value) : of;
        return (Event(of), isKnown ? "ok" : null, Event(read));

        string Event(string what) => $":f :{f}, :value [{Leaf(key)} {what}]";
    }

    private static (string, string?, string?) OfKeys(Operation<KvInput, KvOutput> operation)
    {
        var (kind, key, value, _) = operation.Input;
        var f = kind switch
        {
            KvKind.Get => "get",
            KvKind.Put => "put",
            KvKind.Append => "append",
            _ => throw NotWritten($"a {kind} where keys start as \"\""),
        };
        var call = $":f :{f}, :key {Quoted(key)}, :value {(value is null ? "nil" : Quoted(value))}";
        if (!operation.Outcome.IsKnown)
            return (call, null, null);
        return kind == KvKind.Get
            ? (call, "ok", $":f :get, :key {Quoted(key)}, :value {Quoted(operation.Outcome.Value.Value ?? "")}")
            : (call, "ok", call);
    }

    // Short names are those of transactions on registers that start with nothing.
    private static (string, string?, string?) OfTransaction(
        Operation<Transaction, ValueList<string?>> operation, string? initial)
    {
        var (read, write) = initial is null ? (":r", ":w") : (":read", ":write");
        return (Event(null), operation.Outcome.IsKnown ? "ok" : null, Event(operation.Outcome.Value));

        string Event(ValueList<string?>? answer) => $":f :txn, :value [{string.Join(' ',
            operation.Input.Accesses.Select((access, i) => access.IsWrite
                ? $"[{write} {Leaf(access.Register)} {Leaf(access.Value)}]"
                : $"[{read} {Leaf(access.Register)} {Leaf(answer?[i])}]"))}]";
    }

    private static string Leaf(string? text) => text is null ? "nil"
        : text.Length > 0 && text.All(char.IsAsciiDigit) ? text
        : Quoted(text);

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")
        .Replace("\n", "\\n").Replace("\t", "\\t").Replace("\r", "\\r")}\"";

    private static NotSupportedException NotWritten(RecordedHistory history) => history switch
    {
        { Model: "kv" or "cas-register" } => NotWritten($"that something starts as '{history.Initial}'"),
        _ => NotWritten($"what happens to a {history.Model}"),
    };

    private static NotSupportedException NotWritten(string what) => new($"Jepsen's notation cannot say {what}");
}
