using System.Text.Json;
using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Formats;

/// <summary>
/// The parts of kv-history-1 that are nested. Conditions: <c>[["a","=","1"],["b","!=",null]]</c>. Operations: as on a
/// line of their own, without client, time and answer. Answers: what a get read, the <c>[key, value]</c> pairs of a
/// scan, whether a compare-and-set succeeded or <c>[value]</c> that it found instead, null for the other kinds.
/// </summary>
internal static class KvHistoryTransaction
{
    private static readonly string[] _signs = ["=", "!=", "<", ">"];

    public static KvInput Scan(string from, string? end, int limit) => limit >= 0
        ? KvInput.Scan(from, end, limit)
        : throw new FormatException("'n' is negative");

    public static KvOutput Scanned(JsonElement pairs) => KvOutput.Scanned([.. Array(pairs, "o").Select(pair =>
        pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2
            ? KvItem.Of(Text(pair[0]), Text(pair[1]))
            : throw new FormatException("'o' of a scan is not an array of [key, value]"))]);

    public static KvTransaction Read(JsonElement conditions, JsonElement then, JsonElement otherwise) => new(
        new([.. Array(conditions, "if").Select(Condition)]),
        new([.. Array(then, "then").Select(Operation)]),
        new([.. Array(otherwise, "else").Select(Operation)]));

    public static KvOutput Answer(KvTransaction transaction, bool holds, JsonElement answers)
    {
        var operations = transaction.Branch(holds);
        var told = Array(answers, "o").ToArray();
        if (told.Length != operations.Count)
            throw new FormatException($"'o' answers {told.Length} operations of {operations.Count}");
        return KvOutput.Transacted(
            holds, [.. operations.Select((operation, i) => new KvItem(operation.Key, Answer(operation, told[i])))]);
    }

    public static void Write(KvTransaction transaction, Action<KvInput> writeOperation, Utf8JsonWriter json)
    {
        json.WriteStartArray("if"u8);
        foreach (var (key, comparison, value) in transaction.Compares)
        {
            json.WriteStartArray();
            json.WriteStringValue(key);
            json.WriteStringValue(_signs[(int)comparison]);
            json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        WriteAll("then", transaction.Then);
        WriteAll("else", transaction.Else);

        void WriteAll(string name, ValueList<KvInput> operations)
        {
            json.WriteStartArray(name);
            foreach (var operation in operations)
                writeOperation(operation);
            json.WriteEndArray();
        }
    }

    public static void WriteAnswers(KvTransaction transaction, in KvOutput output, Utf8JsonWriter json)
    {
        json.WriteStartArray("o"u8);
        var operations = transaction.Branch(output.Succeeded);
        for (var i = 0; i < operations.Count; i++)
        {
            var answer = output.Items![i].Output;
            if (operations[i].Kind == KvKind.Scan)
                WritePairs(answer, json);
            else if (operations[i].Kind == KvKind.CompareAndSet && !answer.ShowsValue)
                json.WriteBooleanValue(answer.Succeeded);
            else if (operations[i].Kind == KvKind.CompareAndSet)
                WriteAlone(answer.Value, json);
            else
                json.WriteStringValue(answer.Value);
        }

        json.WriteEndArray();
    }

    public static void WriteItems(ReadOnlySpan<byte> name, in KvOutput scanned, Utf8JsonWriter json)
    {
        json.WritePropertyName(name);
        WritePairs(scanned, json);
    }

    private static void WritePairs(in KvOutput scanned, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var (key, output) in scanned.Items!)
        {
            json.WriteStartArray();
            json.WriteStringValue(key);
            json.WriteStringValue(output.Value);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteAlone(string? value, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static KvCompare Condition(JsonElement condition)
    {
        if (condition.ValueKind != JsonValueKind.Array || condition.GetArrayLength() != 3)
            throw new FormatException("a condition of 'if' is not [key, sign, value]");
        var sign = System.Array.IndexOf(_signs, Text(condition[1]));
        return sign >= 0
            ? new KvCompare(Text(condition[0]), (KvComparison)sign, TextOrNull(condition[2]))
            : throw new FormatException($"'{condition[1]}' is no comparison: {string.Join(" ", _signs)}");
    }

    private static KvInput Operation(JsonElement operation)
    {
        if (operation.ValueKind != JsonValueKind.Object)
            throw new FormatException("an operation of a transaction is not an object");
        var key = Text(Field("k"));
        return Text(Field("f")) switch
        {
            "get" => Fields(2, KvInput.Get(key)),
            "put" => Fields(3, KvInput.Put(key, Text(Field("v")))),
            "append" => Fields(3, KvInput.Append(key, Text(Field("v")))),
            "delete" => Fields(2, KvInput.Delete(key)),
            "cas" => Fields(4, KvInput.CompareAndSet(key, TextOrNull(Field("e")), Text(Field("v")))),
            "scan" when operation.TryGetProperty("n", out var limit) =>
                Fields(4, Scan(key, TextOrNull(Field("e")), Number(limit))),
            "scan" => Fields(3, KvInput.Scan(key, TextOrNull(Field("e")))),
            var kind => throw new FormatException($"'{kind}' is no kind of operation of a transaction"),
        };

        JsonElement Field(string name) => operation.TryGetProperty(name, out var value)
            ? value
            : throw new FormatException($"an operation of a transaction needs '{name}'");

        KvInput Fields(int count, KvInput input) => operation.GetPropertyCount() == count
            ? input
            : throw new FormatException("an operation of a transaction has other fields");
    }

    private static KvOutput Answer(KvInput operation, JsonElement answer) => operation.Kind switch
    {
        KvKind.Get => KvOutput.Read(TextOrNull(answer)),
        KvKind.Scan => Scanned(answer),
        KvKind.CompareAndSet => answer.ValueKind switch
        {
            JsonValueKind.True => KvOutput.Done,
            JsonValueKind.False => KvOutput.Mismatch,
            JsonValueKind.Array when answer.GetArrayLength() == 1 => KvOutput.Found(TextOrNull(answer[0])),
            _ => throw new FormatException("the answer to a cas is neither true nor false nor [value]"),
        },
        _ => answer.ValueKind == JsonValueKind.Null
            ? KvOutput.Done
            : throw new FormatException("the answer to a write is not null"),
    };

    private static JsonElement.ArrayEnumerator Array(JsonElement array, string field) => array.ValueKind switch
    {
        JsonValueKind.Undefined => default,
        JsonValueKind.Array => array.EnumerateArray(),
        _ => throw new FormatException($"'{field}' is not an array"),
    };

    private static int Number(JsonElement number) =>
        number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value)
            ? value
            : throw new FormatException("'n' is not an integer");

    private static string Text(JsonElement text) => TextOrNull(text) ?? throw new FormatException("null is no key");

    private static string? TextOrNull(JsonElement text) => text.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => text.GetString(),
        _ => throw new FormatException($"{text} is not a string"),
    };
}
