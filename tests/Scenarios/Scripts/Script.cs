namespace RaftKv.Scenarios.Scripts;

/// <summary>
/// A scenario as text: blocks of commands, each with everything that they print. See docs/scripts.md for the format.
/// </summary>
internal sealed class Script
{
    private const string Divider = "----";
    private const string Silence = "ok";

    private readonly string _path;
    private readonly List<Block> _blocks = [];
    private readonly List<string> _end = [];

    public Script(string path)
    {
        _path = path;
        var lines = File.ReadAllLines(path);
        var next = 0;
        while (ReadBlock(lines, ref next) is { } block)
            _blocks.Add(block);
    }

    /// <summary>
    /// Runs the commands in order; returns the script's text as it is and as it would be with what they printed.
    /// </summary>
    /// <exception cref="FormatException">A command makes no sense; the message says where.</exception>
    public (string Expected, string Actual) Run(IInterpreter interpreter)
    {
        var actual = new List<string>();
        foreach (var block in _blocks)
        {
            actual.AddRange(block.Prelude);
            actual.AddRange(block.Commands.Select(command => command.Text));
            actual.Add(Divider);
            var printed = Run(interpreter, block).ToList();
            actual.AddRange(printed.Count == 0 ? [Silence] : printed);
        }

        actual.AddRange(_end);
        return (File.ReadAllText(_path), string.Join('\n', actual) + "\n");
    }

    private IEnumerable<string> Run(IInterpreter interpreter, Block block)
    {
        foreach (var (number, text) in block.Commands)
        {
            IEnumerable<string> printed;
            try
            {
                printed = text.StartsWith('#') ? [] : interpreter.Run(new ScriptCommand(text));
            }
            catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException)
            {
                throw new FormatException($"{_path}:{number}: {text}: {error.Message}", error);
            }

            foreach (var line in printed)
                yield return line;
        }
    }

    private Block? ReadBlock(string[] lines, ref int next)
    {
        List<string> prelude = [];
        while (next < lines.Length && (lines[next].Length == 0 || lines[next][0] == '#'))
            prelude.Add(lines[next++]);
        if (next == lines.Length)
        {
            _end.AddRange(prelude);
            return null;
        }

        List<(int Number, string Text)> commands = [];
        while (next < lines.Length && lines[next] != Divider)
        {
            if (lines[next].Length == 0)
                throw new FormatException($"{_path}:{next + 1}: commands without '{Divider}'.");
            commands.Add((next + 1, lines[next++]));
        }

        // Whatever stands there now will be replaced.
        while (next < lines.Length && lines[next].Length > 0)
            next++;
        return new Block(prelude, commands);
    }

    private sealed record Block(List<string> Prelude, List<(int Number, string Text)> Commands);
}

/// <summary>Gives the commands of a script their meaning. Lives as long as the script: it has the state.</summary>
internal interface IInterpreter
{
    /// <summary>Carries out one command; returns the lines that it prints, none of them blank.</summary>
    IEnumerable<string> Run(ScriptCommand command);
}
