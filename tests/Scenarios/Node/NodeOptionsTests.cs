using RaftKv.Node.Hosting;
using Xunit;

namespace RaftKv.Scenarios.Node;

[Collection(nameof(RealProcesses))]
public sealed class NodeOptionsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_flag_beats_the_environment_which_beats_the_file()
    {
        var file = File("""
            {
              "Id": 1, "Members": { "1": "127.0.0.1:7001", "2": "127.0.0.1:7002" }, "DataDirectory": "file",
              "MaxKeyBytes": 100, "MaxValueBytes": 100, "SnapshotEveryEntries": 100
            }
            """);
        using var environment = new EnvironmentVariables(
            ("RAFTKV_MaxValueBytes", "200"), ("RAFTKV_SnapshotEveryEntries", "200"),
            ("RAFTKV_Members__2", "127.0.0.2:7002"));
        var options = NodeOptionsLoader.Load(file, new() { ["SnapshotEveryEntries"] = "300" });
        Assert.Equal((100, 200, 300), (options.MaxKeyBytes, options.MaxValueBytes, options.SnapshotEveryEntries));
        Assert.Equal("127.0.0.1:7001", options.Members["1"]);
        Assert.Equal("127.0.0.2:7002", options.Members["2"]);
    }

    [Fact]
    public void What_is_printed_can_be_read_again()
    {
        var options = NodeOptionsLoader.Load(null, Good());
        var json = NodeOptionsLoader.ToJson(options);
        Assert.Equal(json, NodeOptionsLoader.ToJson(NodeOptionsLoader.Load(File(json), [])));
    }

    [Theory]
    [InlineData("Id", "0")]
    [InlineData("Id", "one")]
    [InlineData("Id", "9")]
    [InlineData("ClusterId", "")]
    [InlineData("Members:1", "127.0.0.1")]
    [InlineData("Members:1", "127.0.0.1:0")]
    [InlineData("Members:1", "127.0.0.1:70000")]
    [InlineData("Members:2", "127.0.0.1:7001")]
    [InlineData("Members:two", "127.0.0.1:7002")]
    [InlineData("DataDirectory", "")]
    [InlineData("LogLevel", "Loud")]
    [InlineData("LogFileMegabytes", "0")]
    [InlineData("LogFilesKept", "-1")]
    [InlineData("ElectionTimeoutMs", "1")]
    [InlineData("ElectionTimeoutMs", "1 s")]
    [InlineData("PreVote", "perhaps")]
    [InlineData("CheckQuorum", "2")]
    [InlineData("LeaseReads", "")]
    [InlineData("ClockDriftPercent", "100")]
    [InlineData("ElectionPriority", "11")]
    [InlineData("HeartbeatIntervalMs", "0")]
    [InlineData("HeartbeatIntervalMs", "200")]
    [InlineData("Store", "BTree")]
    [InlineData("Store", "7")]
    [InlineData("MaxKeyBytes", "0")]
    [InlineData("MaxValueBytes", "99999999999")]
    [InlineData("MaxSessions", "0")]
    [InlineData("SessionTimeoutSeconds", "0")]
    [InlineData("SnapshotEveryEntries", "0")]
    [InlineData("SegmentBytes", "100")]
    public void A_wrong_option_is_named_with_where_it_came_from(string name, string value)
    {
        var option = name.Split(':')[0];
        var problem = Problem(null, new(Good()) { [name] = value });
        Assert.Matches($@"(?m)^{option}\b.* \(command line\)\.$", problem);
    }

    [Fact]
    public void Every_option_has_a_test_of_a_wrong_value()
    {
        var tested = typeof(NodeOptionsTests).GetMethod(nameof(A_wrong_option_is_named_with_where_it_came_from))!
            .GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>()
            .Select(row => ((string)row.GetData(null!).Single()[0]).Split(':')[0]);
        // Any text is a directory for log files.
        Assert.Equal(
            NodeOptionsLoader.All.Select(option => option.Name).Order(),
            tested.Append(nameof(NodeOptions.LogDirectory)).Distinct().Order());
    }

    [Fact]
    public void A_name_that_is_no_option_is_an_error_in_the_file()
    {
        var problem = Problem(File("""{ "ElectionTimeout": 300 }"""), Good());
        Assert.Equal("ElectionTimeout is not an option (file node.json).", problem);
    }

    [Fact]
    public void A_wrong_value_in_the_environment_names_the_variable()
    {
        using var environment = new EnvironmentVariables(("RAFTKV_MaxSessions", "many"));
        Assert.Equal(
            "MaxSessions must be a whole number, but is 'many' (environment RAFTKV_MaxSessions).",
            Problem(null, Good()));
    }

    [Fact]
    public void A_name_that_is_no_option_is_an_error_in_the_environment_unless_it_is_in_capitals()
    {
        using var environment = new EnvironmentVariables(("RAFTKV_MaxSesions", "5"), ("RAFTKV_NOTHING", "1..2"));
        Assert.Equal(
            "MaxSesions is not an option (environment RAFTKV_MaxSesions).", Problem(null, Good()));
    }

    [Fact]
    public void A_malformed_file_is_named_with_line_and_column_as_editors_count_them() =>
        Assert.Matches(
            @"^--config .*: line 2, column 9: 'x' is an invalid start of a value\.$",
            Problem(File("{\n  \"Id\": x\n}"), Good()));

    [Fact]
    public void Several_problems_are_reported_at_once()
    {
        var problem = Problem(File("""{ "Id": "x", "Ide": 1, "Store": { "Kind": "HashMap" } }"""), []);
        Assert.Equal(
            """
            Ide is not an option (file node.json).
            Id must be a whole number, but is 'x' (file node.json).
            Store must be a single value (file node.json).
            """,
            problem);
    }

    [Theory]
    [InlineData("{ \"Id\": 1 ")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_file_that_is_not_a_JSON_object_is_refused(string content)
    {
        var file = File(content);
        Assert.StartsWith($"--config {file}: ", Problem(file, Good()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("absent.json", Problem("absent.json", Good()), StringComparison.Ordinal);

    private static Dictionary<string, string?> Good() => new()
    {
        ["Id"] = "1",
        ["Members:1"] = "127.0.0.1:7001",
        ["Members:2"] = "127.0.0.1:7002",
        ["DataDirectory"] = "data",
    };

    private static string Problem(string? file, Dictionary<string, string?> flags) =>
        Assert.Throws<UsageException>(() => NodeOptionsLoader.Load(file, flags)).Message;

    private string File(string content)
    {
        var file = _directory.File("node.json");
        System.IO.File.WriteAllText(file, content);
        return file;
    }
}
