using System.Buffers;
using System.Text;
using System.Text.Json;

namespace RaftKv.Linearizability.Formats;

/// <summary>
/// Jepsen's histories as JSON: events as objects, one after the other or in an array, with the fields of the notation
/// that <see cref="EdnFormat"/> reads.
/// </summary>
internal sealed class JsonEvents
{
    private readonly ReadOnlyMemory<byte> _json;
    private readonly LineReader _lines;
    private readonly int _first;
    private int _line;
    private long _counted;

    private JsonEvents(LineReader lines)
    {
        (_lines, _first, _line) = (lines, lines.Line, lines.Line);
        var json = new ArrayBufferWriter<byte>();
        do
        {
            Encoding.UTF8.GetBytes(lines.Text, json);
            json.Write("\n"u8);
        }
        while (lines.Next());
        _json = json.WrittenMemory;
    }

    /// <summary>Whether a file that begins so is such a history.</summary>
    public static bool Recognises(LineReader lines) => lines.Peek(2) switch
    {
        "[{" => lines.Peek(3) is "[{\"" or "[{}",
        "{\"" => lines.Text.Trim() == "{" || lines.Text.Contains("\"process\"", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>The events, in the order of the file.</summary>
    public static List<EdnNode> Read(LineReader lines) => new JsonEvents(lines).All();

    private List<EdnNode> All()
    {
        var nodes = new List<EdnNode>();
        var reader = new Utf8JsonReader(_json.Span, new JsonReaderOptions { AllowMultipleValues = true });
        try
        {
            while (reader.Read())
                nodes.Add(Node(ref reader));
        }
        catch (JsonException exception)
        {
            throw _lines.Malformed(exception, Math.Min(_first + (int)(exception.LineNumber ?? 0), _lines.Line));
        }
        catch (InvalidOperationException exception)
        {
            // That of text with half of a surrogate pair.
            throw _lines.Malformed(exception.Message, Line(reader.TokenStartIndex));
        }

        return nodes;
    }

    private EdnNode Node(ref Utf8JsonReader reader, string field = "")
    {
        var line = Line(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                var kind = reader.TokenType == JsonTokenType.StartObject ? EdnKind.Map : EdnKind.Sequence;
                var items = new List<EdnNode>();
                while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
                    items.Add(Node(ref reader, kind == EdnKind.Map && items.Count % 2 == 1 ? items[^1].Text : ""));
                return new(kind, "", items, line);
            case JsonTokenType.PropertyName:
                return new(EdnKind.Symbol, ":" + reader.GetString(), [], line);
            case JsonTokenType.String when field is ":type" or ":f" or ":process":
                return new(EdnKind.Symbol, ":" + reader.GetString()!.TrimStart(':'), [], line);
            case JsonTokenType.String:
                return new(EdnKind.String, reader.GetString()!, [], line);
            case JsonTokenType.Null:
                return new(EdnKind.Symbol, "nil", [], line);
            default:
                return new(EdnKind.Symbol, Encoding.UTF8.GetString(reader.ValueSpan), [], line);
        }
    }

    private int Line(long at)
    {
        _line += _json.Span[(int)_counted..(int)at].Count((byte)'\n');
        _counted = at;
        return _line;
    }
}
