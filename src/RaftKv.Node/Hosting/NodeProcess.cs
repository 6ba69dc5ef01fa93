using System.Diagnostics;

namespace RaftKv.Node.Hosting;

/// <summary>
/// A node in a process of its own: this program again, with <c>serve</c>. It holds the node's standard input open,
/// and the node stops when that ends; so a node does not outlive its launcher, however that one dies.
/// </summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly Process _process;

    private NodeProcess(Process process) => _process = process;

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>This program, as one types it: its file, or <c>dotnet</c> and its file.</summary>
    public static IReadOnlyList<string> Program { get; } =
        Path.GetFileName(Environment.ProcessPath)?.StartsWith("RaftKv.Node", StringComparison.Ordinal) == true
            ? [Environment.ProcessPath!]
            : ["dotnet", typeof(NodeProcess).Assembly.Location];

    /// <summary>Starts a node.</summary>
    /// <param name="configFile">Its options.</param>
    /// <param name="log">Takes each line that it prints, on any thread.</param>
    /// <param name="joins">Whether it is new and waits to be added.</param>
    public static NodeProcess Start(string configFile, Action<string> log, bool joins = false)
    {
        string[] arguments =
        [
            .. Program.Skip(1), "serve", "--config", configFile, "--until-end-of-input",
            .. joins ? ["--join"] : Array.Empty<string>(),
        ];
        var start = new ProcessStartInfo(Program[0], arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Forward(line);
        process.ErrorDataReceived += (_, line) => Forward(line);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new NodeProcess(process);

        void Forward(DataReceivedEventArgs line)
        {
            if (line.Data is { } text)
                log(text);
        }
    }

    /// <summary>Waits until it has ended and all it printed has been handed on.</summary>
    /// <returns>How it ended, for a person to read.</returns>
    public async Task<string> WaitAsync()
    {
        await _process.WaitForExitAsync();
        // A shell's convention, which .NET follows: 128 and the number of the signal.
        return _process.ExitCode switch
        {
            128 + 9 => "was killed (SIGKILL)",
            > 128 and < 128 + 65 and var code => $"was ended by signal {code - 128}",
            var code => $"ended with exit code {code}",
        };
    }

    /// <summary>Asks it to stop in good order.</summary>
    public void RequestStop() => _process.StandardInput.Close();

    /// <summary>Kills it if it still runs, and waits until it uses its port and its directory no more.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
