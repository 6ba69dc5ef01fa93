using System.CommandLine;
using System.Globalization;

namespace RaftKv.Node.Commands;

/// <summary>Options that take a whole number from a range.</summary>
internal static class NumberOption
{
    public static Option<int> Create(string name, string description, int byDefault, int min, int max) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => byDefault,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
                && number >= min && number <= max)
                return number;
            result.AddError($"{name} must be a whole number from {min} to {max}, but is '{text}'.");
            return byDefault;
        },
    };
}
