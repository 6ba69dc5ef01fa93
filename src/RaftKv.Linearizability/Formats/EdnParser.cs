using System.Globalization;
using System.Text;

namespace RaftKv.Linearizability.Formats;

/// <summary>
/// Parses extensible data notation as Clojure prints it: tags (#name) and metadata are skipped, sets are sequences.
/// </summary>
internal sealed class EdnParser(LineReader lines)
{
    private const int DepthMax = 32;
    private const string Delimiters = "[](){}\",;";
    private readonly StringBuilder _text = new();
    private int _at;
    private int _discards;
    private bool _atEnd;

    /// <summary>The next value, or null at the end of the file.</summary>
    public EdnNode? Next() => SkipBlanks() ? Value(depth: 0) : null;

    /// <summary>All values to the end of the file.</summary>
    public IEnumerable<EdnNode> All()
    {
        while (Next() is { } node)
            yield return node;
    }

    private EdnNode Value(int depth)
    {
        if (depth > DepthMax)
            throw lines.Malformed("nested too deeply");
        switch (lines.Text[_at])
        {
            case '[':
                return Collection(EdnKind.Sequence, ']', depth);
            case '(':
                return Collection(EdnKind.Sequence, ')', depth);
            case '{':
                return Collection(EdnKind.Map, '}', depth);
            case '"':
                return QuotedString();
            case '#':
                return Dispatch(depth);
            case '^':
                _at++;
                _ = Following(depth);
                return Following(depth);
            case ']' or ')' or '}':
                throw lines.Malformed($"'{lines.Text[_at]}' closes nothing");
            default:
                return Symbol();
        }
    }

    /// <summary>What a sign in front of it is about.</summary>
    private EdnNode Following(int depth) => SkipBlanks()
        ? Value(depth + 1)
        : throw lines.Malformed("the file ends where a value is expected");

    private EdnNode Dispatch(int depth)
    {
        switch (lines.Text.ElementAtOrDefault(_at + 1))
        {
            case '{':
                _at++;
                return Collection(EdnKind.Sequence, '}', depth);
            case '"':
                _at++;
                return QuotedString(isPattern: true);
            case '#' or '\'':
                return Symbol();
            default:
                _ = Symbol();
                return Following(depth);
        }
    }

    private EdnNode Collection(EdnKind kind, char close, int depth)
    {
        var line = lines.Line;
        var items = new List<EdnNode>();
        _at++;
        while (SkipBlanks())
        {
            if (lines.Text[_at] != close)
            {
                items.Add(Value(depth + 1));
                continue;
            }

            _at++;
            return kind == EdnKind.Map && items.Count % 2 != 0
                ? throw lines.Malformed("a map has a key without a value")
                : new EdnNode(kind, "", items, line);
        }

        throw lines.Malformed($"the file ends inside what began on line {line}");
    }

    private EdnNode QuotedString(bool isPattern = false)
    {
        var line = lines.Line;
        _text.Clear();
        for (_at++; ; _at++)
        {
            if (_at == lines.Text.Length)
            {
                if (!lines.Next())
                    throw lines.Malformed($"the file ends inside the string that began on line {line}");
                _text.Append('\n');
                _at = -1;
                continue;
            }

            var letter = lines.Text[_at];
            if (letter == '"')
            {
                _at++;
                return new EdnNode(EdnKind.String, _text.ToString(), [], line);
            }

            _text.Append(letter != '\\' ? letter : isPattern ? PatternEscape() : Escape());
        }
    }

    // In a pattern the sign behind a backslash stands for itself to the reader.
    private char PatternEscape()
    {
        _text.Append('\\');
        return lines.Text.ElementAtOrDefault(++_at) is var letter and not '\0'
            ? letter
            : throw lines.Malformed("a pattern has nothing behind a backslash");
    }

    private char Escape() => lines.Text.ElementAtOrDefault(++_at) switch
    {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\b',
        'f' => '\f',
        '"' => '"',
        '\\' => '\\',
        'u' when lines.Text.Length > _at + 4
            && ushort.TryParse(
                lines.Text.AsSpan(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var c)
            && (_at += 4) > 0 => (char)c,
        var other => throw lines.Malformed($"unknown escape '\\{other}'"),
    };

    private EdnNode Symbol()
    {
        // A character: what follows the backslash belongs to it, whatever it is.
        var start = _at;
        if (lines.Text[_at] == '\\')
            _at = Math.Min(_at + 2, lines.Text.Length);
        while (_at < lines.Text.Length && !char.IsWhiteSpace(lines.Text[_at]) && !Delimiters.Contains(lines.Text[_at]))
            _at++;
        return new EdnNode(EdnKind.Symbol, lines.Text[start.._at], [], lines.Line);
    }

    private bool SkipBlanks()
    {
        while (SkipSpace())
        {
            if (!lines.Text.AsSpan(_at).StartsWith("#_"))
                return true;
            _at += 2;
            _ = _discards++ < DepthMax ? Following(_discards) : throw lines.Malformed("nested too deeply");
            _discards--;
        }

        return false;
    }

    private bool SkipSpace()
    {
        while (!_atEnd)
        {
            while (_at < lines.Text.Length && (char.IsWhiteSpace(lines.Text[_at]) || lines.Text[_at] == ','))
                _at++;
            if (_at < lines.Text.Length && lines.Text[_at] != ';')
                return true;
            _atEnd = !lines.Next();
            _at = 0;
        }

        return false;
    }
}
