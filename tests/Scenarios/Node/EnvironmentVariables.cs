namespace RaftKv.Scenarios.Node;

/// <summary>Variables that are set while a test runs.</summary>
internal sealed class EnvironmentVariables : IDisposable
{
    private readonly (string Name, string Value)[] _variables;

    public EnvironmentVariables(params (string Name, string Value)[] variables)
    {
        _variables = variables;
        foreach (var (name, value) in variables)
            Environment.SetEnvironmentVariable(name, value);
    }

    public void Dispose()
    {
        foreach (var (name, _) in _variables)
            Environment.SetEnvironmentVariable(name, null);
    }
}
