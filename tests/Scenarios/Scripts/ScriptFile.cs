using System.Runtime.CompilerServices;
using Xunit;

namespace RaftKv.Scenarios.Scripts;

/// <summary>
/// A script's file: what its commands print is what is written below them. <c>RAFTKV_REWRITE_SCRIPTS=1</c> writes what
/// they print now, to be reviewed as a diff.
/// </summary>
internal static class ScriptFile
{
    /// <param name="file">The path in the repository.</param>
    /// <param name="interpreter">What the commands mean.</param>
    public static void Check(string file, IInterpreter interpreter)
    {
        var path = FromRoot(file);
        var (expected, actual) = new Script(path).Run(interpreter);
        if (Environment.GetEnvironmentVariable("RAFTKV_REWRITE_SCRIPTS") == "1")
            File.WriteAllText(path, actual);
        else if (expected != actual)
            Assert.Fail($"{path}: RAFTKV_REWRITE_SCRIPTS=1 accepts this difference.\n{LineDiff.Of(expected, actual)}");
    }

    /// <summary>Every file of the folder has a test of its name, and the other way round.</summary>
    public static void AssertTested(Type tests, string folder) => Assert.Equal(
        Directory.GetFiles(FromRoot(folder), "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order(),
        tests.GetMethods().Select(test => test.Name).Where(name => char.IsAsciiLetterLower(name[0])).Order());

    private static string FromRoot(string path) => Path.GetFullPath(Path.Combine(
        Path.GetDirectoryName(ThisFile())!, "..", "..", "..", path));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
