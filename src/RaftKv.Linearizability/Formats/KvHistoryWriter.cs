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
    public static void Write(IReadOnlyList<Operation<KvInput, KvOutput>> history, Stream output, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(output);
        using var json = new Utf8JsonWriter(output, _options);
        json.WriteStartObject();
        json.WriteString("format"u8, KvHistoryFormat.Name);
        json.WriteString("model"u8, "kv"u8);
        json.WriteNumber("ops"u8, history.Count);
        json.WriteNumber("clients"u8, history.Select(operation => operation.Client).Distinct().Count());
        json.WriteNumber("keys"u8, history.Select(operation => operation.Input.Key).Distinct().Count());
        json.WriteNumber("seed"u8, seed);
        json.WriteString("injected"u8, ""u8);
        json.WriteEndObject();
        EndLine(json, output);
        foreach (var operation in history.OrderBy(operation => operation.Call))
        {
            Write(operation, json);
            EndLine(json, output);
        }
    }

    private static void Write(in Operation<KvInput, KvOutput> operation, Utf8JsonWriter json)
    {
        var (kind, key, value, expected) = operation.Input;
        var outcome = operation.Outcome;
        json.WriteStartObject();
        json.WriteNumber("c"u8, operation.Client);
        json.WriteString("f"u8, kind switch
        {
            KvKind.Get => "get"u8,
            KvKind.Put => "put"u8,
            KvKind.Append => "append"u8,
            _ => "cas"u8,
        });
        json.WriteString("k"u8, key);
        if (kind == KvKind.CompareAndSet)
            json.WriteString("e"u8, expected);
        if (kind != KvKind.Get)
            json.WriteString("v"u8, value);
        else if (outcome.IsKnown)
            json.WriteString("o"u8, outcome.Value.Value);
        if (kind == KvKind.CompareAndSet && outcome.IsKnown)
            json.WriteBoolean("r"u8, outcome.Value.Succeeded);
        json.WriteStartArray("t"u8);
        json.WriteNumberValue(operation.Call);
        if (outcome.IsKnown)
            json.WriteNumberValue(operation.Return);
        else
            json.WriteNullValue();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void EndLine(Utf8JsonWriter json, Stream output)
    {
        json.Flush();
        output.WriteByte((byte)'\n');
        json.Reset();
    }
}
