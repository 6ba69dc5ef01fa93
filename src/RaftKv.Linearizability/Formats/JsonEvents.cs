using System.Text.Json;

namespace RaftKv.Linearizability.Formats;

/// <summary>
/// Jepsen's histories as JSON: events as objects, one a line or in one array, with the fields of the notation that
/// <see cref="EdnFormat"/> reads.
/// </summary>
internal static class JsonEvents
{
    /// <summary>Whether a file that begins so is such a history.</summary>
    public static bool Recognises(ReadOnlySpan<char> line) =>
        (line[0] == '{' || (line[0] == '[' && line[1..].TrimStart() is [] or ['{', '"', ..]))
        && !line.Contains("\"format\"", StringComparison.Ordinal)
        && !line.Contains(":process", StringComparison.Ordinal)
        && (line[0] == '[' || line.Contains("\"process\"", StringComparison.Ordinal));

    /// <summary>The events, in the order of the file.</summary>
    public static IEnumerable<EdnNode> Read(LineReader lines)
    {
        if (lines.Text.AsSpan().TrimStart()[0] == '{')
        {
            do
            {
                if (!string.IsNullOrWhiteSpace(lines.Text))
                    yield return Node(Parse(lines.Text, lines), lines.Line);
            }
            while (lines.Next());
            yield break;
        }

        var first = lines.Line;
        var text = new System.Text.StringBuilder();
        do
            text.Append(lines.Text).Append('\n');
        while (lines.Next());
        foreach (var item in Parse(text.ToString(), lines, first).EnumerateArray())
            yield return Node(item, first);
    }

    private static JsonElement Parse(string text, LineReader lines, int? first = null)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            var below = (int)(exception.LineNumber ?? 0);
            throw lines.Malformed(exception.Message, first is { } line ? line + below : null);
        }
    }

    private static EdnNode[] All(JsonElement array, int line) =>
        [.. array.EnumerateArray().Select(item => Node(item, line))];

    private static EdnNode Node(JsonElement json, int line) => json.ValueKind switch
    {
        JsonValueKind.Object => new(EdnKind.Map, "", [.. json.EnumerateObject().SelectMany(field => new[]
        {
            new EdnNode(EdnKind.Symbol, ":" + field.Name, [], line),
            field is { Name: "type" or "f" or "process", Value.ValueKind: JsonValueKind.String }
                ? new EdnNode(EdnKind.Symbol, ":" + field.Value.GetString()!.TrimStart(':'), [], line)
                : Node(field.Value, line),
        })], line),
        JsonValueKind.Array => new(EdnKind.Sequence, "", All(json, line), line),
        JsonValueKind.String => new(EdnKind.String, json.GetString()!, [], line),
        JsonValueKind.Null => new(EdnKind.Symbol, "nil", [], line),
        _ => new(EdnKind.Symbol, json.GetRawText(), [], line),
    };
}
