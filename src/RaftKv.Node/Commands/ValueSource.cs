using System.CommandLine;
using System.Text;
using RaftKv.Node.Hosting;

namespace RaftKv.Node.Commands;

/// <summary>A value on the command line, in a file or on the standard input.</summary>
internal sealed class ValueSource
{
    private readonly Argument<string> _text = ClientOptions.Text("VALUE", "The value, as text.");

    private readonly Option<string?> _file = new("--value-file")
    {
        Description = "The value is what this file holds, byte for byte; - is the standard input.",
        HelpName = "FILE",
    };

    /// <summary>Adds the argument and the option behind the key; exactly one of them must be given.</summary>
    public void AddTo(Command command)
    {
        var key = command.Arguments[0];
        _text.Arity = ArgumentArity.ZeroOrOne;
        command.Add(_text);
        command.Add(_file);
        command.Validators.Add(result =>
        {
            var isText = result.GetResult(_text) is { Tokens.Count: > 0 };
            // Without a key it is the key that is missing.
            if (result.GetResult(key) is { Tokens.Count: > 0 }
                && isText == result.GetResult(_file) is not null)
                result.AddError("Give either VALUE or --value-file FILE.");
        });
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async Task<byte[]> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = parsed.GetValue(_file);
        if (file is null)
            return Encoding.UTF8.GetBytes(parsed.GetValue(_text)!);
        if (file != "-")
            return File.Exists(file)
                ? await File.ReadAllBytesAsync(file, cancellationToken)
                : throw new UsageException($"--value-file {file}: there is no such file.");
        await using var input = Console.OpenStandardInput();
        using var value = new MemoryStream();
        await input.CopyToAsync(value, cancellationToken);
        return value.ToArray();
    }
}
