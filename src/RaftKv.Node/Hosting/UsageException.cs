namespace RaftKv.Node.Hosting;

/// <summary>What the user asked for makes no sense; one line for each problem.</summary>
internal sealed class UsageException(IReadOnlyList<string> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    public UsageException(string problem)
        : this([problem])
    {
    }
}
