using System.CommandLine;
using System.Text;
using System.Text.Unicode;

namespace RaftKv.Node.Commands;

/// <summary>Prints one value as text and a line end or, where <c>--raw</c> is given, its bytes alone.</summary>
internal sealed class ValuePrinter
{
    private readonly Option<bool> _raw = new("--raw")
    {
        Description = "Print the value's bytes and nothing else, no line end.",
    };

    public void AddTo(Command command) => command.Add(_raw);

    /// <returns>Whether it could be printed: what is no text needs <c>--raw</c>.</returns>
    public async Task<bool> PrintAsync(
        string key, ReadOnlyMemory<byte> value, ParseResult parsed, CancellationToken cancellationToken)
    {
        var configuration = parsed.InvocationConfiguration;
        if (parsed.GetValue(_raw))
        {
            await using var bytes = Console.OpenStandardOutput();
            await bytes.WriteAsync(value, cancellationToken);
            return true;
        }

        if (!Utf8.IsValid(value.Span))
        {
            await configuration.Error.WriteLineAsync($"The value of '{key}' is not text: give --raw.");
            return false;
        }

        await configuration.Output.WriteLineAsync(Encoding.UTF8.GetString(value.Span));
        return true;
    }
}
