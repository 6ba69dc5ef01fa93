using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace RaftKv.Scenarios.Architecture;

/// <summary>The rules of the house that a machine can check.</summary>
public sealed partial class TidyTests
{
    private const int MaxLines = 400;
    private const int MaxColumns = 120;

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Assert.DoesNotContain(SourceFiles(), file => File.ReadLines(file).Count() > MaxLines);

    [Fact]
    public void No_line_is_longer_than_120_columns() =>
        Assert.Empty(
            from file in SourceFiles()
            from line in File.ReadLines(file).Select((text, index) => (text, Number: index + 1))
            where line.text.Length > MaxColumns
            select $"{file}:{line.Number}");

    [Fact]
    public void No_comment_breaks_off_in_the_middle_of_a_sentence_and_of_a_line() =>
        Assert.Empty(
            from file in SourceFiles()
            let lines = File.ReadAllLines(file)
            from number in Enumerable.Range(1, lines.Length - 1)
            where lines[number - 1].Length < MaxColumns / 2
                && BrokenOff().IsMatch($"{lines[number - 1]}\n{lines[number]}")
            select $"{file}:{number}");

    [Fact]
    public void No_room_is_called_after_nothing() =>
        Assert.DoesNotContain(SourceFiles(), file => NamelessRoom().IsMatch(file));

    [Fact]
    public void Nothing_is_left_for_later() =>
        Assert.DoesNotContain(SourceFiles(), file => File.ReadLines(file).Any(line => LeftForLater().IsMatch(line)));

    private static string[] SourceFiles()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", ".."));
        var files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !BuildOutput().IsMatch(file))
            .ToArray();
        Assert.NotEmpty(files);
        return files;
    }

    [GeneratedRegex(@"[/\\](bin|obj|artifacts)[/\\]")]
    private static partial Regex BuildOutput();

    [GeneratedRegex(@"[/\\](Utils?|Helpers?|Common|Core|Shared|Misc)([/\\]|\.cs$)")]
    private static partial Regex NamelessRoom();

    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b|NotImplemented" + "Exception")]
    private static partial Regex LeftForLater();

    // A line of words, on the next line another word, in a comment that goes on.
    [GeneratedRegex(@"^( *///?) [^<]*[\w,]\n\1 [a-z]")]
    private static partial Regex BrokenOff();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
