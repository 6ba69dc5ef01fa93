using System.Text;

namespace RaftKv.Linearizability.Formats;

/// <summary>Parses the part of extensible data notation that histories use; tags (#name) are skipped.</summary>
internal sealed class EdnParser(LineReader lines)
{
    private const int DepthMax = 32;
    private const string Delimiters = "[](){}\",;";
    private readonly StringBuilder _text = new();
    private int _at;
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
                _ = Symbol();
                return SkipBlanks() ? Value(depth + 1) : throw lines.Malformed("the file ends after a tag");
            case ']' or ')' or '}':
                throw lines.Malformed($"'{lines.Text[_at]}' closes nothing");
            default:
                return Symbol();
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

    private EdnNode QuotedString()
    {
        var line = lines.Line;
        _text.Clear();
        for (_at++; _at < lines.Text.Length; _at++)
        {
            var letter = lines.Text[_at];
            if (letter == '"')
            {
                _at++;
                return new EdnNode(EdnKind.String, _text.ToString(), [], line);
            }

            if (letter == '\\')
            {
                letter = ++_at == lines.Text.Length ? '\0' : lines.Text[_at] switch
                {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    '"' => '"',
                    '\\' => '\\',
                    var other => throw lines.Malformed($"unknown escape '\\{other}'"),
                };
            }

            _text.Append(letter);
        }

        throw lines.Malformed("a string does not end on its line");
    }

    private EdnNode Symbol()
    {
        var start = _at;
        while (_at < lines.Text.Length && !char.IsWhiteSpace(lines.Text[_at]) && !Delimiters.Contains(lines.Text[_at]))
            _at++;
        return new EdnNode(EdnKind.Symbol, lines.Text[start.._at], [], lines.Line);
    }

    private bool SkipBlanks()
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
