using System.Globalization;

namespace RaftKv.Linearizability.Formats;

/// <summary>One event of a history in extensible data notation.</summary>
/// <param name="Process">Who.</param>
/// <param name="Type">invoke, ok, fail or info.</param>
/// <param name="Function">What, without the colon.</param>
/// <param name="Key">Of what, in Porcupine's logs.</param>
/// <param name="Value">With what, or what came of it.</param>
/// <param name="Index">Its number in Jepsen's histories, if it has one.</param>
/// <param name="Line">Where it begins.</param>
internal sealed record EdnEvent(
    int Process, string Type, string Function, EdnNode? Key, EdnNode? Value, long? Index, int Line)
{
    private static readonly string[] _fields = [":process", ":type", ":f", ":key", ":value", ":index"];

    /// <summary>Why a value is refused that is nil, missing or a collection.</summary>
    public static string NoLeaf(string function, EdnNode? value) =>
        $"':{function}' needs a number, a string or a name, not {(value is { IsNil: false } ? "a collection" : "nil")}";

    /// <summary>Reads an event; null when it is of no numbered process, such as the nemesis.</summary>
    public static EdnEvent? From(EdnNode node, LineReader lines)
    {
        if (node.Kind != EdnKind.Map)
            throw lines.Malformed("not an event: a map is expected", node.Line);
        if (Array.Find(_fields, field => node.Items.Where((_, i) => i % 2 == 0).Count(key => key.Is(field)) > 1)
            is { } twice)
            throw lines.Malformed($"an event with {twice} twice", node.Line);
        if (node[":process"] is not { } process)
            throw lines.Malformed("an event without :process", node.Line);
        // A name. One that is a number may be that of a client, written otherwise.
        if (process is { Kind: EdnKind.Symbol, Text: [':', ..] }
            && !long.TryParse(process.Text[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            return null;
        if (process.Kind != EdnKind.Symbol
            || !int.TryParse(process.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw lines.Malformed($"the process '{process.Text}' is neither a number nor a name", node.Line);
        var type = node[":type"]?.Text.TrimStart(':');
        if (type is not ("invoke" or "ok" or "fail" or "info"))
            throw lines.Malformed($"an event of type '{type}': :invoke, :ok, :fail or :info is expected", node.Line);
        if (node[":f"] is not { Kind: EdnKind.Symbol } function)
            throw lines.Malformed("an event without :f", node.Line);
        long? index = long.TryParse(
            node[":index"]?.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at) ? at : null;
        return new EdnEvent(
            number, type, function.Text.TrimStart(':'), node[":key"], node[":value"], index, node.Line);
    }
}
