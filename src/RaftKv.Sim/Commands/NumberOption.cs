using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace RaftKv.Sim.Commands;

/// <summary>Numbers on the command line, from a range; anything else is named in an error.</summary>
internal static class NumberOption
{
    public static Func<ArgumentResult, T> Parser<T>(string name, T min, T max, string what = "a whole number")
        where T : struct, INumber<T> => result =>
    {
        var text = result.Tokens.Single().Value;
        if (T.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max)
            return number;
        result.AddError(string.Create(
            CultureInfo.InvariantCulture, $"{name} must be {what} from {min} to {max}, but is '{text}'."));
        return min;
    };
}
