using System.Text;
using RaftKv.KeyValue;
using RaftKv.Node.Hosting;

namespace RaftKv.Node.Commands;

/// <summary>A transaction as words: <c>if a=1 !b then put:a=2 get:c else get:a</c>.</summary>
internal static class TransactionText
{
    /// <exception cref="UsageException">A word makes no sense; the message names it.</exception>
    public static KvTransaction Parse(IReadOnlyList<string> words)
    {
        var compares = new List<KvCompare>();
        var (then, otherwise) = (new List<KvRequest>(), new List<KvRequest>());
        var part = "then";
        foreach (var word in words)
        {
            if (word is "if" or "then" or "else")
                part = word;
            else if (part == "if")
                compares.Add(Compare(word));
            else
                (part == "then" ? then : otherwise).Add(Operation(word));
        }

        return compares.Count + then.Count + otherwise.Count > 0
            ? new KvTransaction(compares, then, otherwise)
            : throw new UsageException("The transaction is empty: it compares nothing and does nothing.");
    }

    private static KvCompare Compare(string word)
    {
        if (word is ['!', _, ..])
            return new KvCompare(word[1..], null);
        var (key, value) = Assignment(word, word);
        return new KvCompare(key, value);
    }

    private static KvRequest Operation(string word)
    {
        var (name, rest) = Split(word, ':');
        switch (name)
        {
            case "get" when rest is { Length: > 0 }:
                return KvRequest.Get(rest);
            case "delete" when rest is { Length: > 0 }:
                return KvRequest.Delete(rest);
            case "put" or "append" when rest is not null:
                var (key, value) = Assignment(rest, word);
                return name == "put" ? KvRequest.Put(key, value) : KvRequest.Append(key, value);
            default:
                throw new UsageException($"'{word}' is none of get:KEY, put:KEY=VALUE, append:KEY=VALUE, delete:KEY.");
        }
    }

    private static (string Key, byte[] Value) Assignment(string text, string word)
    {
        var (key, value) = Split(text, '=');
        return key.Length > 0 && value is not null
            ? (key, Encoding.UTF8.GetBytes(value))
            : throw new UsageException($"'{word}' has no KEY=VALUE.");
    }

    private static (string Before, string? After) Split(string text, char separator) =>
        text.IndexOf(separator, StringComparison.Ordinal) is >= 0 and var at
            ? (text[..at], text[(at + 1)..])
            : (text, null);
}
