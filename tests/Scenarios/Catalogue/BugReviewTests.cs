using System.Text.RegularExpressions;
using Xunit;

namespace RaftKv.Scenarios.Catalogue;

/// <summary>docs/raft-bug-review.md says of each known defect why it is not here.</summary>
public sealed partial class BugReviewTests
{
    private static readonly string _docs = Path.GetDirectoryName(ScenarioDocument.Path)!;

    [Fact]
    public void No_defect_is_reviewed_twice()
    {
        var ids = Row().Matches(Review()).Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Distinct(), ids);
    }

    private static string Review() => File.ReadAllText(Path.Combine(_docs, "raft-bug-review.md"));

    [GeneratedRegex(@"^\| ([A-Z]\d\d) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
