using System.Text.RegularExpressions;
using Xunit;

namespace RaftKv.Scenarios.Documents;

/// <summary>In the tables of features each row of ours is a yes, and each yes names what shows it.</summary>
public sealed partial class FeatureTests
{
    private static readonly string[] _peers = ["etcd/raft", "openraft", "dotNext", "hashicorp/raft"];

    [Theory]
    [InlineData("README.md", 10)]
    [InlineData("docs/features.md", 40)]
    public void Every_row_names_a_test_and_says_what_the_others_have(string page, int least)
    {
        var rows = Rows(page);
        Assert.True(rows.Length >= least, $"{rows.Length} rows");
        Assert.All(rows, row =>
        {
            Assert.Equal(2 + _peers.Length, row.Length);
            Assert.Matches("`[^`]+`", row[1]);
            Assert.All(row[2..], peer => Assert.Matches("^(yes|partly|no|app)$", peer));
        });
    }

    [Fact]
    public void The_short_table_says_what_the_long_one_says()
    {
        var all = Rows("docs/features.md").ToDictionary(row => row[0], row => string.Join(' ', row[2..]));
        Assert.All(Rows("README.md"), row => Assert.Equal(all[row[0]], string.Join(' ', row[2..])));
    }

    /// <summary>The cells of all rows of those tables whose columns are the peers.</summary>
    private static string[][] Rows(string page) =>
    [
        .. Table().Matches(Repository.Read(page))
            .SelectMany(table => table.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Select(line => line.Trim('|', ' ').Split('|').Select(cell => cell.Trim()).ToArray()),
    ];

    [GeneratedRegex(
        @"^\|[^|\n]*\|[^|\n]*\| etcd/raft \| openraft \| dotNext \| hashicorp/raft \|\n\|[-|]+\|\n((?:\|.*\n)+)",
        RegexOptions.Multiline)]
    private static partial Regex Table();
}
