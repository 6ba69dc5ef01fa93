using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RaftKv.Sim;
using Xunit;

namespace RaftKv.Scenarios.Seeds;

/// <summary>
/// What a seed does and says is the same in every culture. The programs run with invariant globalization, where a
/// culture's name changes nothing; so these tests use a culture made by hand, and a process that has all cultures.
/// </summary>
public sealed class CultureTests
{
    [Fact]
    public void A_culture_that_writes_everything_differently_changes_no_line_of_a_trace()
    {
        var hostile = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        hostile.NumberFormat.NegativeSign = "minus ";
        hostile.NumberFormat.NumberDecimalSeparator = "·";
        hostile.DateTimeFormat.TimeSeparator = "·";
        hostile.TextInfo.ListSeparator = "·";
        Assert.Equal("minus 1·5", string.Create(hostile, $"{-1.5}"));
        Assert.Equal(Trace(CultureInfo.InvariantCulture), Trace(hostile));
    }

    [Fact]
    public void A_sweep_has_the_same_hash_where_cultures_collate_and_format()
    {
        var program = typeof(Simulation).Assembly.Location;
        var invariant = File.ReadAllText(Path.ChangeExtension(program, "runtimeconfig.json"));
        var cultured = invariant.Replace(
            "\"System.Globalization.Invariant\": true", "\"System.Globalization.Invariant\": false");
        Assert.NotEqual(invariant, cultured);
        var file = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.runtimeconfig.json");
        File.WriteAllText(file, cultured);
        try
        {
            // Where the machine has no ICU there are no cultures, and nothing to show.
            if (SweepHash(file, program) is { } hash)
                Assert.Equal(SweepHash(Path.ChangeExtension(program, "runtimeconfig.json"), program), hash);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Trace(CultureInfo culture)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        try
        {
            using var trace = new StringWriter(CultureInfo.InvariantCulture);
            var result = Simulation.Run(7, trace);
            return $"{result.TraceHash:x32}\n{trace}";
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string? SweepHash(string runtimeConfiguration, string program)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "exec", "--runtimeconfig", runtimeConfiguration, program, "sweep", "--seeds", "1..12", "--json",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LANG"] = "tr_TR.UTF-8", ["LC_ALL"] = "tr_TR.UTF-8" },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (errors.Result.Contains("valid ICU package", StringComparison.Ordinal))
            return null;
        Assert.True(process.ExitCode == 0, errors.Result);
        return JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement.GetProperty("hash").GetString();
    }
}
