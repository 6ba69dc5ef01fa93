using System.Text;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Node.Commands;
using RaftKv.Rpc;
using Xunit;

namespace RaftKv.Scenarios.Node;

public sealed class DemoTests : IRpcHandler, IDisposable
{
    private readonly SocketHost _server = new();
    private readonly string _address = $"127.0.0.1:{LoopbackPorts.First(1)}";
    private ReadOnlyMemory<byte> _value;
    private string? _rejected;
    private string? _unclear;
    private bool _forgets;

    public void Dispose()
    {
        _server.Dispose();
        Assert.Empty(_server.Failures);
    }

    [Fact]
    public async Task One_client_that_fails_ends_the_demo_of_all()
    {
        _rejected = "2.1";
        var (exitCode, _, error) = await DemoAsync("--clients", "3");
        Assert.Equal(1, exitCode);
        Assert.Matches("^Put of 'demo-[0-9]+' was rejected: not this one\\.\n$", error);
    }

    [Fact]
    public async Task An_unknown_outcome_of_one_client_ends_the_demo_of_all()
    {
        _rejected = _unclear = "2.1";
        var (exitCode, output, error) = await DemoAsync("--clients", "3");
        Assert.Equal(1, exitCode);
        Assert.Matches("^Put of 'demo-[0-9]+' has an unknown outcome", error);
        Assert.DoesNotContain("writes, a read after each", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "2 writes, each read back; ")]
    [InlineData("3", "6 writes, a read after each; ")]
    public async Task Its_last_words_count_what_was_written_and_read(string clients, string words)
    {
        var (exitCode, output, error) = await DemoAsync("--clients", clients, "--count", "2");
        Assert.Equal((0, ""), (exitCode, error));
        Assert.StartsWith(words, output.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_was_never_read_is_not_counted()
    {
        // The first of two numbers is put, and what is found is another.
        _value = "7"u8.ToArray();
        _forgets = true;
        var (exitCode, output, _) = await DemoAsync("--count", "2");
        Assert.Equal(1, exitCode);
        Assert.Contains("violation: ", output, StringComparison.Ordinal);
        Assert.Contains("\n0 writes, each read back; ", output, StringComparison.Ordinal);
    }

    void IRpcHandler.OnMessage(in Message message, string senderAddress)
    {
    }

    void IClientHandler.OnCommand(KvCommand command, RpcReply reply)
    {
        if (command.Operation != KvOperation.Put || Text(command) != _unclear)
        {
            reply.Send(new KvReply(Result(command)));
            return;
        }

        // Only the first time: what it is told then does not say what became of that.
        _unclear = null;
        reply.Send(new KvReply(KvStatus.Unknown, "the server stopped"));
    }

    private static string Text(KvCommand command) => Encoding.UTF8.GetString(command.Request.Value.Span);

    private KvResult Result(KvCommand command)
    {
        switch (command.Operation)
        {
            case KvOperation.OpenSession:
                return new KvResult(KvStatus.Ok)
                {
                    Session = new KvSession(new ClientId(1), TimeSpan.FromHours(1)),
                };
            case KvOperation.Get:
                return new KvResult(KvStatus.Ok, _value);
            default:
                if (Text(command) == _rejected)
                    return KvResult.Rejected("not this one");
                if (!_forgets)
                    _value = command.Request.Value.ToArray();
                return KvResult.Applied(1);
        }
    }

    private async Task<(int ExitCode, string Output, string Error)> DemoAsync(params string[] arguments)
    {
        await _server.Loop.RunAsync(() => Task.FromResult(
            new RpcServer(_server.Platform, new("c", new(1)), _address, this, new RpcOptions())));
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await NodeCommandLine.RunAsync(
            ["client", "--endpoints", _address, "--cluster-id", "c", "--timeout", "120", "demo", .. arguments],
            output, error).WaitAsync(TimeSpan.FromMinutes(3));
        return (exitCode, output.ToString(), error.ToString());
    }
}
