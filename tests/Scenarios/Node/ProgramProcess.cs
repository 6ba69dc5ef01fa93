using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using RaftKv.Node.Hosting;

namespace RaftKv.Scenarios.Node;

/// <summary>This program as a user starts it.</summary>
internal sealed partial class ProgramProcess : IDisposable
{
    private readonly Process _process = new();
    private readonly List<string> _lines = [];

    public ProgramProcess(params string[] arguments)
    {
        _process.StartInfo = new ProcessStartInfo(
            NodeProcess.Program[0], [.. NodeProcess.Program.Skip(1), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has printed.</summary>
    public string Output
    {
        get
        {
            lock (_lines)
                return string.Join('\n', _lines);
        }
    }

    /// <summary>The process ids that a launcher has printed, by node.</summary>
    public Dictionary<int, int> Nodes => NodeLine().Matches(Output).ToDictionary(
        match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
        match => int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture));

    public Task PrintsAsync(string text) =>
        Eventually.HoldsAsync($"the program prints '{text}'", () => Output.Contains(text, StringComparison.Ordinal));

    public void Kill() => _process.Kill();

    /// <summary>
    /// Sends SIGTERM and waits for the end. Not INT: a shell lets what it starts in the background ignore that, and all
    /// that this starts in turn.
    /// </summary>
    public async Task<int> EndAsync()
    {
        using (var kill = Process.Start("kill", ["-s", "TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync();
        return await ExitCodeAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        await Eventually.HoldsAsync("the program ends", () => _process.HasExited);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        // Nodes end with their launcher, because it holds their standard input, and use their directory until then.
        var nodes = Nodes.Values;
        Eventually.HoldsAsync("the nodes end", () => !nodes.Any(IsRunning)).GetAwaiter().GetResult();
        _process.Dispose();
    }

    private void Add(string? line)
    {
        lock (_lines)
            _lines.Add(line ?? "");
    }

    [GeneratedRegex(@"^node(\d+) .* process (\d+)$", RegexOptions.Multiline)]
    private static partial Regex NodeLine();
}
