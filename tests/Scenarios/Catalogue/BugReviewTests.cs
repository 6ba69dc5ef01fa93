using System.Text.RegularExpressions;
using Xunit;

namespace RaftKv.Scenarios.Catalogue;

/// <summary>docs/raft-bug-review.md says which test shows that a defect is not here; such a test exists.</summary>
public sealed partial class BugReviewTests
{
    private static readonly string _docs = Path.GetDirectoryName(ScenarioDocument.Path)!;

    [Fact]
    public void Every_test_that_the_review_names_exists()
    {
        var tests = typeof(BugReviewTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Select(method => $"{type.Name}.{method.Name}").Append(type.Name))
            .ToHashSet();
        Assert.Empty(Cited(@"^\w+(Tests|Scenarios|Properties|\d[A-D])(\.\w+)?$").Except(tests));
    }

    [Fact]
    public void Every_script_that_the_review_names_exists()
    {
        var room = Path.Combine(_docs, "..", "tests", "Scenarios", "Scripts");
        var scripts = Directory.EnumerateFiles(room, "*.txt", SearchOption.AllDirectories).Select(Path.GetFileName);
        Assert.Empty(Cited(@"^\w+\.txt$").Except(scripts));
    }

    [Fact]
    public void No_defect_is_reviewed_twice()
    {
        var ids = Row().Matches(Review()).Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Distinct(), ids);
    }

    private static string[] Cited(string pattern)
    {
        var names = Code().Matches(Review()).Select(match => match.Groups[1].Value)
            .Where(name => Regex.IsMatch(name, pattern))
            .ToArray();
        Assert.NotEmpty(names);
        return names;
    }

    private static string Review() => File.ReadAllText(Path.Combine(_docs, "raft-bug-review.md"));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\| ([A-Z]\d\d) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
