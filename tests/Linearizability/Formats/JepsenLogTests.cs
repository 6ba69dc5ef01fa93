using Xunit;

namespace RaftKv.Linearizability.Tests.Formats;

public sealed class JepsenLogTests
{
    [Fact]
    public void A_log_is_read_and_checked() => Assert.Equal(Verdict.Linearizable, HistoryText.Check("""
        INFO  jepsen.core - nothing to see
        INFO  jepsen.util - 0	:invoke	:read	nil
        INFO  jepsen.util - 0	:ok	:read	nil
        INFO  jepsen.util - 1	:invoke	:write	3
        INFO  jepsen.util - :nemesis	:info	:start	nil
        INFO  jepsen.util - 1	:info	:write	:timed-out
        INFO  jepsen.util - 2	:invoke	:cas	[3 4]
        INFO  jepsen.util - 2	:ok	:cas	[3 4]
        INFO  jepsen.util - 3	:invoke	:cas	[3 0]
        INFO  jepsen.util - 3	:fail	:cas	[3 0]
        INFO  jepsen.util - 3	:invoke	:read	nil
        INFO  jepsen.util - 3	:fail	:read	:timed-out
        INFO  jepsen.util - 0 :invoke :read nil
        INFO  jepsen.util - 0 :ok :read 4
        """));

    [Fact]
    public void A_failed_compare_and_set_is_an_observation() => Assert.Equal(Verdict.Illegal, HistoryText.Check("""
        INFO  jepsen.util - 1	:invoke	:write	3
        INFO  jepsen.util - 1	:ok	:write	3
        INFO  jepsen.util - 2	:invoke	:cas	[3 4]
        INFO  jepsen.util - 2	:fail	:cas	[3 4]
        """));

    [Theory]
    [InlineData("1	:invoke	:write	4", "open already")]
    [InlineData("2	:ok	:write	3", "no operation open")]
    [InlineData("1	:ok	:write	4", "another operation")]
    [InlineData("1	:ok	:read	3", "another operation")]
    [InlineData("1	:inv", "not an event")]
    [InlineData("1	:fail	:write	3", "no meaning")]
    [InlineData("99999999999	:ok	:write	3", "too large")]
    public void A_malformed_event_is_refused(string line, string reason) =>
        HistoryText.Rejects($"INFO  jepsen.util - 1	:invoke	:write	3\nINFO  jepsen.util - {line}", 2, reason);

    [Fact]
    public void A_process_does_not_outlive_an_unknown_outcome() => HistoryText.Rejects(
        """
        INFO  jepsen.util - 1	:invoke	:write	3
        INFO  jepsen.util - 1	:info	:write	:timed-out
        INFO  jepsen.util - 1	:invoke	:read	nil
        """,
        3,
        "unknown outcome");
}
