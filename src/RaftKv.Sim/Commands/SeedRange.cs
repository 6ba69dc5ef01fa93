using System.Globalization;

namespace RaftKv.Sim.Commands;

/// <summary>Seeds from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
internal readonly record struct SeedRange(ulong First, ulong Last)
{
    /// <summary>Reads <c>A..B</c>, or one seed.</summary>
    public static bool TryParse(string text, out SeedRange range)
    {
        var separator = text.IndexOf("..", StringComparison.Ordinal);
        var (first, last) = separator < 0 ? (text, text) : (text[..separator], text[(separator + 2)..]);
        range = default;
        if (!ulong.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var a)
            || !ulong.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var b)
            || a > b || b == ulong.MaxValue)
            return false;
        range = new SeedRange(a, b);
        return true;
    }
}
