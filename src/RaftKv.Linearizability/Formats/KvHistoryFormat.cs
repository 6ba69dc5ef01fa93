using System.Text.Json;
using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Formats;

/// <summary>kv-history-1: JSON lines, a header and then one operation a line, in the order of their calls.</summary>
internal static class KvHistoryFormat
{
    public const string Name = "kv-history-1";

    // Room for what the header promises is made at once, but not for more than this: it may lie.
    private const int CapacityMax = 1 << 20;

    private const int LineMax = 1 << 28;

    public static RecordedHistory Read(LineReader lines)
    {
        var count = ReadHeader(lines);
        var operations = new Operation<KvInput, KvOutput>[Math.Clamp(count, 0, CapacityMax)];
        var read = 0;
        var line = new KvHistoryLine();
        while (lines.Next())
        {
            Operation<KvInput, KvOutput> operation;
            if (lines.Text.Length > LineMax)
                throw lines.Malformed($"longer than {LineMax} characters");
            try
            {
                operation = line.Parse(lines.Text);
            }
            catch (JsonException exception)
            {
                throw lines.Malformed(exception);
            }
            catch (FormatException exception)
            {
                throw lines.Malformed(exception.Message);
            }

            if (read > 0 && operation.Call < operations[read - 1].Call)
            {
                throw lines.Malformed(
                    $"called at {operation.Call}, before the line above ({operations[read - 1].Call})");
            }

            if (read == operations.Length)
                Array.Resize(ref operations, Math.Max(64, 2 * read));
            operations[read++] = operation;
        }

        if (read != count)
            throw lines.Malformed($"the header promises {count} operations, the file holds {read}");
        Array.Resize(ref operations, read);
        return new RecordedHistory<KvState, KvInput, KvOutput>("kv", new KvModel(), operations);
    }

    private static int ReadHeader(LineReader lines)
    {
        try
        {
            using var header = JsonDocument.Parse(lines.Text);
            if (header.RootElement.GetProperty("format").GetString() is var format && format != Name)
                throw lines.Malformed($"the format is '{format}', not '{Name}'");
            if (header.RootElement.GetProperty("model").GetString() is var model && model != "kv")
                throw lines.Malformed($"the model is '{model}', not 'kv'");
            return header.RootElement.GetProperty("ops").GetInt32();
        }
        catch (KeyNotFoundException)
        {
            throw lines.Malformed($"not a {Name} header: 'format', 'model' and 'ops' are needed");
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw lines.Malformed($"not a {Name} header: {exception.Message}");
        }
    }
}
