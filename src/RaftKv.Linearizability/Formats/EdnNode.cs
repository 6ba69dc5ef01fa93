namespace RaftKv.Linearizability.Formats;

/// <summary>A value of extensible data notation: a leaf has a text, a collection has items.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A leaf as written; a string without its quotes.</param>
/// <param name="Items">The items of a collection; the keys and values of a map by turns.</param>
/// <param name="Line">Where it begins, from 1.</param>
internal sealed record EdnNode(EdnKind Kind, string Text, IReadOnlyList<EdnNode> Items, int Line)
{
    public bool IsNil => Is("nil");

    /// <summary>Whether it is a certain keyword or symbol.</summary>
    public bool Is(string symbol) => Kind == EdnKind.Symbol && Text == symbol;

    /// <summary>The value of a key of a map, if it is there.</summary>
    public EdnNode? this[string keyword]
    {
        get
        {
            for (var i = 0; i + 1 < Items.Count; i += 2)
            {
                if (Items[i].Is(keyword))
                    return Items[i + 1];
            }

            return null;
        }
    }
}

internal enum EdnKind
{
    /// <summary>A keyword, symbol, number, nil, true or false.</summary>
    Symbol,
    String,
    Sequence,
    Map,
}
