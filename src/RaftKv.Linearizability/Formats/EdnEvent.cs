using System.Globalization;

namespace RaftKv.Linearizability.Formats;

/// <summary>One event of a history in extensible data notation.</summary>
internal sealed record EdnEvent(int Process, string Type, string Function, EdnNode? Key, EdnNode? Value, int Line)
{
    /// <summary>Reads an event; null when it is of no numbered process, such as the nemesis.</summary>
    public static EdnEvent? From(EdnNode node, LineReader lines)
    {
        if (node.Kind != EdnKind.Map)
            throw lines.Malformed("not an event: a map is expected", node.Line);
        if (node[":process"] is not { } process)
            throw lines.Malformed("an event without :process", node.Line);
        if (!int.TryParse(process.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return process.Text.Length > 0 && !char.IsAsciiDigit(process.Text[0])
                ? null
                : throw lines.Malformed($"the process '{process.Text}' is no number", node.Line);
        }

        var type = node[":type"]?.Text.TrimStart(':');
        if (type is not ("invoke" or "ok" or "fail" or "info"))
            throw lines.Malformed($"an event of type '{type}': :invoke, :ok, :fail or :info is expected", node.Line);
        if (node[":f"] is not { Kind: EdnKind.Symbol } function)
            throw lines.Malformed("an event without :f", node.Line);
        return new EdnEvent(number, type, function.Text.TrimStart(':'), node[":key"], node[":value"], node.Line);
    }
}
