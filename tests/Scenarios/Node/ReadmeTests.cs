using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using RaftKv.Client;
using RaftKv.Linearizability;
using Xunit;

namespace RaftKv.Scenarios.Node;

/// <summary>The programs on the pages of the repository are handed to the compiler, letter by letter.</summary>
public sealed class ReadmeTests : IDisposable
{
    /// <summary>What the SDK adds to a new console program.</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly string _runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("README.md")]
    [InlineData("src/RaftKv.Client/README.md")]
    [InlineData("src/RaftKv.Linearizability/README.md")]
    public void The_programs_of_a_page_compile(string page)
    {
        var text = File.ReadAllText(Path.Combine(Repository(), page));
        var programs = Regex.Matches(text, "```csharp\n(.*?)```", RegexOptions.Singleline);
        Assert.NotEmpty(programs);
        foreach (Match program in programs)
        {
            var errors = Errors(program.Groups[1].Value);
            Assert.True(errors.Length == 0, errors);
        }
    }

    [Fact]
    public void A_program_that_is_wrong_does_not() =>
        Assert.Contains("CS0103", Errors("await RaftKvClint.Connect().DisposeAsync();"), StringComparison.Ordinal);

    private string Errors(string program)
    {
        File.WriteAllText(_directory.File("Program.cs"), program);
        File.WriteAllText(_directory.File("Usings.cs"), ImplicitUsings);
        var libraries = new[] { typeof(RaftKvClient), typeof(Clerk), typeof(Checker), typeof(ILoggerFactory) }
            .Select(type => type.Assembly.Location)
            .Concat(Directory.GetFiles(_runtime, "System*.dll"))
            .Where(file => !file.EndsWith(".Native.dll", StringComparison.Ordinal));
        File.WriteAllLines(_directory.File("arguments.rsp"),
        [
            "-nologo", "-nostdlib", "-nullable", $"-out:{_directory.File("program.dll")}",
            _directory.File("Program.cs"), _directory.File("Usings.cs"),
            .. libraries.Select(library => $"-r:{library}"),
        ]);
        string[] arguments = [Compiler(), "-noconfig", $"@{_directory.File("arguments.rsp")}"];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true };
        using var compiler = Process.Start(start)!;
        var errors = compiler.StandardOutput.ReadToEnd();
        compiler.WaitForExit();
        Assert.Equal(errors.Length == 0, compiler.ExitCode == 0);
        return errors;
    }

    /// <summary>Of the newest SDK beside the runtime that runs this test.</summary>
    private static string Compiler() => Directory.GetDirectories(Path.Combine(_runtime, "../../../sdk"))
        .Select(sdk => Path.Combine(sdk, "Roslyn/bincore/csc.dll")).Where(File.Exists).Order().Last();

    private static string Repository([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
}
