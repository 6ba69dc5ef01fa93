using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Formats;

/// <summary>
/// Jepsen's histories in extensible data notation, and Porcupine's key-value logs: maps of events, one after the other
/// or in a vector or list. What the operations are called tells the model.
/// </summary>
internal sealed class EdnFormat(LineReader lines)
{
    public static RecordedHistory Read(LineReader lines, IEnumerable<EdnNode> nodes) =>
        new EdnFormat(lines).Read(nodes);

    private RecordedHistory Read(IEnumerable<EdnNode> nodes)
    {
        var events = Events(nodes);
        if (IndependentRegisters.Recognises(events))
            return new IndependentRegisters(lines).Read(events, Pair<KvInput, KvOutput>);
        return events.Find(one => one.Type == "invoke")?.Function switch
        {
            // Jepsen's own transactions read and write by :r and :w, and what nobody wrote yet is nil.
            "txn" when IsModern(events) => new RecordedHistory<KvState, Transaction, ValueList<string?>>(
                "multi-register",
                new MultiRegisterModel(),
                Pair<Transaction, ValueList<string?>>(
                    events, TransactionInput, (asked, ok) => TransactionAnswer(asked, ok, isNilSeen: true))),
            "txn" => new RecordedHistory<KvState, Transaction, ValueList<string?>>(
                "multi-register",
                new MultiRegisterModel("0"),
                Pair<Transaction, ValueList<string?>>(
                    events, TransactionInput, (asked, ok) => TransactionAnswer(asked, ok, isNilSeen: false)),
                "0"),
            "acquire" or "release" => new RecordedHistory<bool, MutexInput, bool>(
                "mutex", new MutexModel(), Pair<MutexInput, bool>(events, MutexInputOf, (asked, _) => (asked, true))),
            "get" or "put" or "append" => new RecordedHistory<KvState, KvInput, KvOutput>(
                "kv", new KvModel(""), Pair<KvInput, KvOutput>(events, KeyValueInput, KeyValueAnswer), ""),
            _ => new RecordedHistory<string?, RegisterInput<string>, RegisterOutput<string>>(
                "cas-register",
                new RegisterModel<string>("0"),
                Pair<RegisterInput<string>, RegisterOutput<string>>(events, RegisterInputOf, RegisterAnswer),
                "0"),
        };
    }

    private List<EdnEvent> Events(IEnumerable<EdnNode> nodes)
    {
        var events = new List<EdnEvent>();
        foreach (var node in nodes)
        {
            foreach (var item in node.Kind == EdnKind.Sequence ? node.Items : [node])
            {
                if (EdnEvent.From(item, lines) is not { } one)
                    continue;
                if (events.Count > 0 && one.Index <= events[^1].Index)
                    throw Malformed(one, $"the event of :index {one.Index} comes after that of {events[^1].Index}");
                events.Add(one);
            }
        }

        return events;
    }

    /// <summary>
    /// Pairs the events. <paramref name="answer"/> gives the operation as answered; null: its answer says nothing.
    /// </summary>
    private IReadOnlyList<Operation<TInput, TOutput>> Pair<TInput, TOutput>(
        List<EdnEvent> events,
        Func<EdnEvent, TInput> input,
        Func<TInput, EdnEvent, (TInput Input, TOutput Output)?> answer)
        where TInput : notnull
    {
        var history = new ProcessHistory<TInput, TOutput>(lines);
        var functions = new Dictionary<int, string>();
        foreach (var one in events)
        {
            if (one.Type == "invoke")
            {
                history.Invoke(one.Process, input(one), one.Line);
                functions[one.Process] = one.Function;
                continue;
            }

            var asked = history.Pending(one.Process, one.Line);
            if (functions[one.Process] != one.Function)
                throw Malformed(one, $"process {one.Process} completes another operation than it invoked");
            if (one.Type == "info")
                history.Lose(one.Process, one.Line);
            else if (one.Type == "ok" && answer(asked, one) is var (answered, output))
                history.Return(one.Process, answered, output, one.Line);
            else
                history.Discard(one.Process, one.Line);
        }

        return history.ToHistory();
    }

    private RegisterInput<string> RegisterInputOf(EdnEvent one) => one.Function switch
    {
        "read" => new(RegisterKind.Read),
        "write" => new(RegisterKind.Write, Leaf(one, one.Value)),
        "cas" when one.Value is { Kind: EdnKind.Sequence, Items: [var expected, var value] } =>
            new(RegisterKind.CompareAndSet, Leaf(one, value), Leaf(one, expected)),
        _ => throw Malformed(one, $"':{one.Function}' with such a value has no meaning"),
    };

    // A read whose answer is nil is legal in any state.
    private (RegisterInput<string>, RegisterOutput<string>)? RegisterAnswer(RegisterInput<string> asked, EdnEvent ok)
    {
        if (asked.Kind == RegisterKind.Read)
            return ok.Value is { IsNil: true } ? null : (asked, new(Leaf(ok, ok.Value)));
        return RegisterInputOf(ok) == asked
            ? (asked, new(null))
            : throw Malformed(ok, $"process {ok.Process} completes another operation than it invoked");
    }

    private MutexInput MutexInputOf(EdnEvent one) => one.Function switch
    {
        "acquire" => MutexInput.Acquire,
        "release" => MutexInput.Release,
        _ => throw Malformed(one, $"':{one.Function}' is no operation of a mutex"),
    };

    private KvInput KeyValueInput(EdnEvent one)
    {
        if (one.Key is not { Kind: EdnKind.String or EdnKind.Symbol, Text: var key })
            throw Malformed(one, "an event without :key");
        return one.Function switch
        {
            "get" => KvInput.Get(key),
            "put" => KvInput.Put(key, Leaf(one, one.Value)),
            "append" => KvInput.Append(key, Leaf(one, one.Value)),
            _ => throw Malformed(one, $"':{one.Function}' is no operation of a key-value store"),
        };
    }

    private (KvInput, KvOutput)? KeyValueAnswer(KvInput asked, EdnEvent ok)
    {
        var same = KeyValueInput(ok) == asked;
        if (!same)
            throw Malformed(ok, $"process {ok.Process} completes another operation than it invoked");
        return (asked, asked.Kind == KvKind.Get ? KvOutput.Read(Leaf(ok, ok.Value)) : KvOutput.Done);
    }

    private Transaction TransactionInput(EdnEvent one) => new(new([.. Accesses(one).Select(access => access.Access)]));

    private static bool IsModern(List<EdnEvent> events) => events.Exists(one =>
        one.Value is { Kind: EdnKind.Sequence, Items: var accesses }
        && accesses.Any(access => access.Items is [{ Text: ":r" or ":w" or "r" or "w" }, ..]));

    // Where a read of nil is legal in any state it is left out.
    private (Transaction, ValueList<string?>)? TransactionAnswer(Transaction asked, EdnEvent ok, bool isNilSeen)
    {
        var answered = Accesses(ok).ToList();
        if (!answered.Select(access => access.Access).SequenceEqual(asked.Accesses))
            throw Malformed(ok, $"process {ok.Process} completes another transaction than it invoked");
        var telling = answered.Where(access => isNilSeen || access.Access.IsWrite || access.Observed is not null)
            .ToList();
        return (
            new Transaction(new([.. telling.Select(access => access.Access)])),
            new([.. telling.Select(access => access.Observed)]));
    }

    private IEnumerable<(RegisterAccess Access, string? Observed)> Accesses(EdnEvent one)
    {
        if (one.Value is not { Kind: EdnKind.Sequence, Items: var accesses })
            throw Malformed(one, "a transaction is a vector of reads and writes");
        foreach (var access in accesses)
        {
            if (access is not { Kind: EdnKind.Sequence, Items: [var function, var register, var value] })
                throw Malformed(one, "an access of a transaction is [:read or :write, register, value]");
            yield return function.Text.TrimStart(':') switch
            {
                "write" or "w" => (new(Leaf(one, register), IsWrite: true, Leaf(one, value)), null),
                "read" or "r" => (
                    new(Leaf(one, register), IsWrite: false), value.IsNil ? null : Leaf(one, value)),
                var other => throw Malformed(one, $"'{other}' is neither a read nor a write"),
            };
        }
    }

    private string Leaf(EdnEvent one, EdnNode? node) => node is { Kind: EdnKind.Symbol or EdnKind.String, IsNil: false }
        ? node.Text
        : throw Malformed(one, EdnEvent.NoLeaf(one.Function, node));

    private MalformedHistoryException Malformed(EdnEvent one, string reason) => lines.Malformed(reason, one.Line);
}
