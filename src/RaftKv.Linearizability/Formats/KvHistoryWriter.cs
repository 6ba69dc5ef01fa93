using System.Text.Encodings.Web;
using System.Text.Json;
using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Formats;

/// <summary>Writes key-value histories as kv-history-1 JSON lines, which <see cref="HistoryReader"/> reads.</summary>
public static class KvHistoryWriter
{
    private static readonly JsonWriterOptions _options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a history.</summary>
    /// <param name="history">The operations, in any order.</param>
    /// <param name="output">Where to; left open.</param>
    /// <param name="seed">The seed of the run that made the history, for the header.</param>
    /// <param name="injected">What went wrong on purpose, for the header.</param>
    public static void Write(
        IReadOnlyList<Operation<KvInput, KvOutput>> history, Stream output, long seed = 0, string injected = "")
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(injected);
        using var json = new Utf8JsonWriter(output, _options);
        json.WriteStartObject();
        json.WriteString("format"u8, KvHistoryFormat.Name);
        json.WriteString("model"u8, "kv"u8);
        json.WriteNumber("ops"u8, history.Count);
        json.WriteNumber("clients"u8, history.Select(operation => operation.Client).Distinct().Count());
        json.WriteNumber("keys"u8, history.SelectMany(operation => Keys(operation.Input)).Distinct().Count());
        json.WriteNumber("seed"u8, seed);
        json.WriteString("injected"u8, injected);
        json.WriteEndObject();
        EndLine(json, output);
        foreach (var operation in history.OrderBy(operation => operation.Call))
        {
            Write(operation, json);
            EndLine(json, output);
        }
    }

    /// <summary>Writes a history that was read, if it is one of a key-value store or a register.</summary>
    /// <param name="history">
    /// The history. A register becomes the key "register". Where keys start as something else than absent that nobody
    /// writes, they start absent instead: the one tells as much as the other.
    /// </param>
    /// <param name="output">Where to; left open.</param>
    /// <exception cref="NotSupportedException">
    /// The format has no operations for the model, or what the keys start as is written, too.
    /// </exception>
    public static void Write(RecordedHistory history, Stream output)
    {
        ArgumentNullException.ThrowIfNull(history);
        IReadOnlyList<Operation<KvInput, KvOutput>> operations = history switch
        {
            RecordedHistory<KvState, KvInput, KvOutput> keys => keys.Operations,
            RecordedHistory<string?, RegisterInput<string>, RegisterOutput<string>> register =>
                [.. register.Operations.Select(OfRegister)],
            _ => throw new NotSupportedException($"{KvHistoryFormat.Name} has no operations of a {history.Model}"),
        };
        if (history.Initial is { } initial)
            operations = [.. operations.Select(operation => StartingAbsent(operation, initial))];
        Write(operations, output);
    }

    private static Operation<KvInput, KvOutput> StartingAbsent(
        in Operation<KvInput, KvOutput> operation, string initial)
    {
        var input = operation.Input;
        if (input.Value == initial)
        {
            throw new NotSupportedException(
                $"in {KvHistoryFormat.Name} keys start absent; here they start as '{initial}', which is written, too");
        }

        if (input.Kind == KvKind.CompareAndSet && input.Expected == initial)
            input = KvInput.CompareAndSet(input.Key, null, input.Value!);
        if (!operation.Outcome.IsKnown)
            return new(operation.Client, input, operation.Call);
        var output = operation.Outcome.Value;
        return new(
            operation.Client,
            input,
            input.Kind == KvKind.Get && output.Value == initial ? KvOutput.Read(null) : output,
            operation.Call,
            operation.Return);
    }

    internal static Operation<KvInput, KvOutput> OfRegister(
        Operation<RegisterInput<string>, RegisterOutput<string>> operation)
    {
        const string Key = "register";
        var (kind, value, expected) = operation.Input;
        var input = kind switch
        {
            RegisterKind.Read => KvInput.Get(Key),
            RegisterKind.Write => KvInput.Put(Key, value!),
            _ => KvInput.CompareAndSet(Key, expected, value!),
        };
        if (!operation.Outcome.IsKnown)
            return new(operation.Client, input, operation.Call);
        var output = kind == RegisterKind.Read ? KvOutput.Read(operation.Outcome.Value.Value)
            : operation.Outcome.Value.Succeeded ? KvOutput.Done
            : KvOutput.Mismatch;
        return new(operation.Client, input, output, operation.Call, operation.Return);
    }

    private static void Write(in Operation<KvInput, KvOutput> operation, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("c"u8, operation.Client);
        WriteInput(operation.Input, json);
        if (operation.Outcome.IsKnown)
            WriteOutput(operation.Input, operation.Outcome.Value, json);
        json.WriteStartArray("t"u8);
        json.WriteNumberValue(operation.Call);
        if (operation.Outcome.IsKnown)
            json.WriteNumberValue(operation.Return);
        else
            json.WriteNullValue();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteInput(in KvInput input, Utf8JsonWriter json)
    {
        var kind = input.Kind;
        json.WriteString("f"u8, kind switch
        {
            KvKind.Get => "get"u8,
            KvKind.Put => "put"u8,
            KvKind.Append => "append"u8,
            KvKind.Delete => "delete"u8,
            KvKind.CompareAndSet => "cas"u8,
            KvKind.Scan => "scan"u8,
            _ => "txn"u8,
        });
        if (input.Transaction is { } transaction)
        {
            KvHistoryTransaction.Write(transaction, WriteOperation, json);
            return;
        }

        json.WriteString("k"u8, input.Key);
        if (kind is KvKind.CompareAndSet or KvKind.Scan)
            json.WriteString("e"u8, input.Expected);
        if (kind is KvKind.Put or KvKind.Append or KvKind.CompareAndSet)
            json.WriteString("v"u8, input.Value);
        if (input.Limit > 0)
            json.WriteNumber("n"u8, input.Limit);

        void WriteOperation(KvInput operation)
        {
            json.WriteStartObject();
            WriteInput(operation, json);
            json.WriteEndObject();
        }
    }

    private static void WriteOutput(in KvInput input, in KvOutput output, Utf8JsonWriter json)
    {
        if (input.Kind is KvKind.CompareAndSet or KvKind.Transact)
            json.WriteBoolean("r"u8, output.Succeeded);
        if (output.ShowsValue)
            json.WriteString("o"u8, output.Value);
        if (input.Kind == KvKind.Scan)
            KvHistoryTransaction.WriteItems("o"u8, output, json);
        if (input.Kind == KvKind.Transact)
            KvHistoryTransaction.WriteAnswers(input.Transaction!, output, json);
    }

    private static void EndLine(Utf8JsonWriter json, Stream output)
    {
        json.Flush();
        output.WriteByte((byte)'\n');
        json.Reset();
    }

    private static IEnumerable<string> Keys(KvInput input) => input.Transaction is { } transaction
        ? transaction.Compares.Select(compare => compare.Key)
            .Concat(transaction.Then.Concat(transaction.Else).SelectMany(Keys))
        : input.Kind == KvKind.Scan ? [] : [input.Key];
}
