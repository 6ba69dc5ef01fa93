using RaftKv.KeyValue;

namespace RaftKv.Scenarios.KeyValue;

/// <summary>Results in words, since memory is compared by reference.</summary>
internal static class KvResults
{
    /// <summary>Everything but the detail, which is for people.</summary>
    public static string Describe(in KvResult result) =>
        result.Status == KvStatus.Expired
            ? "Expired"
            : $"{result.Status} {result.Revision}{(result.Succeeded ? " yes" : "")}"
              + (result.Value is { } value ? $" '{KvCommands.Text(value)}'" : "")
              + (result.Page is { } page ? $" [{Describe(page)}]" : "")
              + (result.Results is { } results
                  ? $" ({string.Join(", ", results.Select(each => Describe(each)))})"
                  : "");

    private static string Describe(KvPage page) =>
        string.Join(' ', page.Items.Select(item => $"{item.Key}={KvCommands.Text(item.Value)}"))
        + (page.Next is { } next ? $" next {next}" : "");
}
