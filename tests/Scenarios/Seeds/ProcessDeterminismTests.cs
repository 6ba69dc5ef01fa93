using System.Diagnostics;
using System.Text.Json;
using RaftKv.Sim;
using Xunit;

namespace RaftKv.Scenarios.Seeds;

/// <summary>The digest of a sweep does not depend on the process it runs in.</summary>
public sealed class ProcessDeterminismTests
{
    private static readonly Lazy<string> _reference = new(() => SweepHash("2"));

    [Theory]
    [InlineData("1", "")]
    [InlineData("2", "TZ=Asia/Kathmandu")]
    [InlineData("2", "DOTNET_TieredCompilation=0")]
    [InlineData("2", "DOTNET_TieredPGO=0 DOTNET_ReadyToRun=0 DOTNET_gcServer=1 DOTNET_gcConcurrent=1")]
    public void A_sweep_has_the_same_hash_in_every_environment(string jobs, string environment) =>
        Assert.Equal(_reference.Value, SweepHash(jobs, environment.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    private static string SweepHash(string jobs, params string[] environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                typeof(Simulation).Assembly.Location, "sweep", "--seeds", "1..24", "--jobs", jobs, "--json",
            },
            RedirectStandardOutput = true,
        };
        foreach (var variable in environment)
            start.Environment[variable.Split('=')[0]] = variable.Split('=')[1];
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement.GetProperty("hash").GetString()!;
    }
}
