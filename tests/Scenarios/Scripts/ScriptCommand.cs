using System.Globalization;
using System.Text.RegularExpressions;

namespace RaftKv.Scenarios.Scripts;

/// <summary>One command: a verb, then words, and options of the form <c>name=value</c> or <c>name=(a,b)</c>.</summary>
internal sealed partial class ScriptCommand
{
    private readonly Dictionary<string, string> _options = [];
    private readonly List<string> _words = [];

    public ScriptCommand(string text)
    {
        var parts = Part().Matches(text).Select(match => match.Value).ToArray();
        Verb = parts[0];
        foreach (var part in parts[1..])
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                _words.Add(part);
            else
                _options.Add(part[..equals], part[(equals + 1)..]);
        }
    }

    public string Verb { get; }

    /// <summary>What is neither the verb nor an option.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>The words as numbers.</summary>
    public int[] Numbers => [.. _words.Select(Number)];

    public string? Option(string name) => _options.GetValueOrDefault(name);

    public int Option(string name, int otherwise) =>
        _options.TryGetValue(name, out var value) ? Number(value) : otherwise;

    public bool Flag(string name) => Option(name) is { } value && bool.Parse(value);

    /// <summary>The parts of an option <c>name=(a,b)</c>; empty without the option.</summary>
    public string[] List(string name) =>
        _options.TryGetValue(name, out var value)
            ? value.Trim('(', ')').Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)
            : [];

    public int[] NumberList(string name) => [.. List(name).Select(Number)];

    /// <summary>Refuses options that the verb does not know: a misspelt one would be ignored.</summary>
    public void Knows(params ReadOnlySpan<string> options)
    {
        foreach (var option in _options.Keys)
        {
            if (!options.Contains(option))
                throw new FormatException($"{Verb} has no option '{option}'.");
        }
    }

    public static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?:\([^)]*\)|[^\s(])+")]
    private static partial Regex Part();
}
