using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace RaftKv.Scenarios.Documents;

/// <summary>What lies in the repository: its pages, and the names of its tests.</summary>
internal static partial class Repository
{
    private static readonly Lazy<IReadOnlySet<string>> _tests = new(() => FindTests().ToHashSet());

    public static string Root { get; } = Find();

    /// <summary>All pages, as paths from the root.</summary>
    public static IReadOnlyList<string> Pages { get; } = FindFiles("*.md");

    /// <summary>All source files, as paths from the root.</summary>
    public static IReadOnlyList<string> Sources { get; } = FindFiles("*.cs");

    /// <summary>Class.Test and Class, for every test of every project.</summary>
    public static IReadOnlySet<string> Tests => _tests.Value;

    public static string Read(string page) => File.ReadAllText(Path.Combine(Root, page));

    private static string[] FindFiles(string pattern) =>
    [
        .. Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !BuildOutput().IsMatch(file))
            .Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> FindTests()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories))
        {
            var type = Path.GetFileName(file).Split('.')[0];
            foreach (Match test in Test().Matches(File.ReadAllText(file)))
            {
                yield return type;
                yield return $"{type}.{test.Groups[1].Value}";
            }
        }
    }

    private static string Find([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));

    [GeneratedRegex(@"^ *\[(?:Fact|Theory|Property)\b[\s\S]*?\bpublic [^(\n]*?(\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Test();

    [GeneratedRegex(@"(^|/)(bin|obj|artifacts|data|packages|\.git)/")]
    private static partial Regex BuildOutput();
}
