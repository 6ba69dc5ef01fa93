using System.Diagnostics;
using RaftKv.Scenarios.Node;

namespace RaftKv.Scenarios.Documents;

/// <summary>
/// A program of a page, as the Program.cs of a new console project that may use all packages of the repository: only
/// what is public.
/// </summary>
internal sealed class PageProgram(string text) : IDisposable
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

    /// <returns>What the compiler finds wrong; empty when it is a program.</returns>
    public string Compile()
    {
        File.WriteAllText(_directory.File("Program.cs"), text);
        File.WriteAllText(_directory.File("Usings.cs"), ImplicitUsings);
        var references = Libraries().Concat(Directory.GetFiles(_runtime, "System*.dll"))
            .Where(file => !file.EndsWith(".Native.dll", StringComparison.Ordinal));
        File.WriteAllLines(_directory.File("arguments.rsp"),
        [
            "-nologo", "-nostdlib", "-nullable", $"-out:{_directory.File("program.dll")}",
            _directory.File("Program.cs"), _directory.File("Usings.cs"),
            .. references.Select(library => $"-r:{library}"),
        ]);
        var (exitCode, errors) = Run(Compiler(), "-noconfig", $"@{_directory.File("arguments.rsp")}");
        return exitCode == 0 ? errors : $"{errors}exit code {exitCode}";
    }

    /// <summary>Runs the compiled program.</summary>
    /// <returns>What it prints.</returns>
    public string Run()
    {
        foreach (var library in Libraries())
            File.Copy(library, _directory.File(Path.GetFileName(library)));
        var configuration = Path.Combine(AppContext.BaseDirectory, "RaftKv.Scenarios.runtimeconfig.json");
        var (exitCode, output) = Run("exec", "--runtimeconfig", configuration, _directory.File("program.dll"));
        return exitCode == 0 ? output : $"{output}exit code {exitCode}";
    }

    /// <summary>The repository's own libraries, and those that they need.</summary>
    private static IEnumerable<string> Libraries() =>
        Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Where(file => Path.GetFileName(file) is var name
            && (name.StartsWith("RaftKv", StringComparison.Ordinal) || name is "Google.Protobuf.dll"
                || name.StartsWith("Microsoft.Extensions", StringComparison.Ordinal) || name is "System.IO.Hashing.dll")
            && name is not "RaftKv.Scenarios.dll");

    private static (int ExitCode, string Output) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    /// <summary>Of the newest SDK beside the runtime that runs this test.</summary>
    private static string Compiler() => Directory.GetDirectories(Path.Combine(_runtime, "../../../sdk"))
        .Select(sdk => Path.Combine(sdk, "Roslyn/bincore/csc.dll")).Where(File.Exists).Order().Last();
}
