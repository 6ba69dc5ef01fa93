using System.Text.RegularExpressions;
using Xunit;

namespace RaftKv.Scenarios.Documents;

/// <summary>Tests, scripts and files that a page names exist.</summary>
public sealed partial class CitationTests
{
    public static TheoryData<string> Pages => [.. Repository.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_test_that_a_page_names_exists(string page) =>
        Assert.Empty(Code(page).Where(name => TestName().IsMatch(name)).Except(Repository.Tests));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_script_that_a_page_names_exists(string page)
    {
        var room = Path.Combine(Repository.Root, "tests", "Scenarios", "Scripts");
        var scripts = Directory.EnumerateFiles(room, "*.txt", SearchOption.AllDirectories).Select(Path.GetFileName);
        Assert.Empty(Code(page).Where(name => ScriptName().IsMatch(name)).Except(scripts));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_source_file_that_a_page_names_exists(string page)
    {
        // The files of others are named there, too.
        if (page == "docs/features.md")
            return;
        Assert.All(Code(page).Where(name => SourceName().IsMatch(name)), name => Assert.Contains(
            Repository.Sources, source => $"/{source}".EndsWith($"/{name}", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_within_the_repository_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
        foreach (Match link in Link().Matches(WithoutCode(Repository.Read(page))))
        {
            var (path, anchor) = (link.Groups[1].Value, link.Groups[2].Value);
            var target = path.Length == 0
                ? Path.Combine(Repository.Root, page)
                : Path.GetFullPath(Path.Combine(folder, path));
            Assert.True(File.Exists(target) || Directory.Exists(target), $"{page} links to {path}");
            if (anchor.Length > 0)
                Assert.True(Anchors(target).Contains(anchor), $"{page} links to {path}#{anchor}");
        }
    }

    [Fact]
    public void The_tests_of_all_projects_are_found_and_nothing_else()
    {
        Assert.Contains("CitationTests.The_tests_of_all_projects_are_found_and_nothing_else", Repository.Tests);
        Assert.Contains("BruteForceTests.Agrees_on_registers", Repository.Tests);
        Assert.Contains("Raft3C.TestFigure83C", Repository.Tests);
        Assert.DoesNotContain("CitationTests.Anchors", Repository.Tests);
    }

    private static IEnumerable<string> Code(string page) =>
        CodeSpan().Matches(Repository.Read(page)).Select(match => match.Groups[1].Value).Distinct();

    private static string WithoutCode(string text) => CodeSpan().Replace(CodeBlock().Replace(text, ""), "");

    /// <summary>The headings of a page as its readers' browsers name them.</summary>
    private static HashSet<string> Anchors(string file) =>
    [
        .. Heading().Matches(CodeBlock().Replace(File.ReadAllText(file), ""))
            .Select(heading => NoWord().Replace(heading.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-')),
    ];

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^\w+(Tests|Scenarios|Properties|\d[A-D])(\.\w+)?$")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^[a-z]\w*\.txt$")]
    private static partial Regex ScriptName();

    [GeneratedRegex(@"^[\w./]+\.cs$")]
    private static partial Regex SourceName();

    [GeneratedRegex(@"\]\((?![a-z]+:)([^)#\s]*)#?([^)\s]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+?)\s*$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoWord();
}
