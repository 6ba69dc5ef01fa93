using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace RaftKv.Node.Commands;

/// <summary>Options and arguments that take a whole number from a range.</summary>
internal static class NumberOption
{
    public static Option<int> Create(string name, string description, int byDefault, int min, int max) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => byDefault,
        CustomParser = Parser(name, min, max),
    };

    /// <summary>An option that may be left out, to leave it to what is there already.</summary>
    public static Option<int?> CreateOptional(string name, string description, int min, int max) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parser(name, min, max)(result),
    };

    /// <summary>Takes a number, or names it in an error.</summary>
    public static Func<ArgumentResult, T> Parser<T>(string name, T min, T max)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => result =>
    {
        var text = result.Tokens.Single().Value;
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max)
            return number;
        var range = max == T.MaxValue ? $"of at least {min}" : $"from {min} to {max}";
        result.AddError(string.Create(
            CultureInfo.InvariantCulture, $"{name} must be a whole number {range}, but is '{text}'."));
        return min;
    };
}
