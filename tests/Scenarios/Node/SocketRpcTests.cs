using System.Net;
using System.Net.Sockets;
using System.Text;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Rpc;
using Xunit;

namespace RaftKv.Scenarios.Node;

public sealed class SocketRpcTests : IRpcHandler, IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    // The tests share a busy machine: nothing but what a test is about may fail it.
    private static readonly RpcOptions _options = new() { ConnectTimeout = _patience };

    private readonly SocketHost _server = new();
    private readonly SocketHost _client = new();
    private readonly string _address = $"127.0.0.1:{LoopbackPorts.First(1)}";
    private readonly TaskCompletionSource<Message> _message = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        Assert.Empty(_server.Failures);
        Assert.Empty(_client.Failures);
    }

    [Fact]
    public async Task Sixty_four_calls_in_flight_get_their_own_answers()
    {
        await ServeAsync();
        var keys = await _client.Loop.RunAsync(async () =>
        {
            using var channel = Channel();
            var calls = Enumerable.Range(0, 64).Select(i => CallAsync(channel, $"key{i}", [])).ToArray();
            var replies = new List<string?>();
            foreach (var call in calls)
                replies.Add((await call).Reply?.Detail);
            return replies;
        });
        Assert.Equal(Enumerable.Range(0, 64).Select(i => $"key{i}"), keys);
    }

    [Fact]
    public async Task A_big_value_goes_there_and_back()
    {
        await ServeAsync();
        var value = new byte[8 * 1024 * 1024];
        new Random(1).NextBytes(value);
        var result = await _client.Loop.RunAsync(async () =>
        {
            using var channel = Channel();
            return await CallAsync(channel, "big", value);
        });
        Assert.Null(result.Reason);
        Assert.True(result.Reply!.Value!.Value.Span.SequenceEqual(value));
    }

    [Fact]
    public async Task A_server_that_dies_loses_the_call_and_one_that_returns_is_found_again()
    {
        var server = await ServeAsync();
        using var channel = await _client.Loop.RunAsync(() => Task.FromResult(Channel()));
        var lost = _client.Loop.RunAsync(() => CallAsync(channel, "silence", []));
        await _client.Loop.RunAsync(() => CallAsync(channel, "barrier", []));
        await _server.Loop.RunAsync(server.Dispose);
        Assert.Equal(RpcOutcome.ConnectionLost, (await lost).Outcome);
        await ServeAsync();
        var again = await _client.Loop.RunAsync(async () =>
        {
            RpcResult result;
            while ((result = await CallAsync(channel, "again", [])).Outcome == RpcOutcome.NotSent)
                await Task.Delay(TimeSpan.FromMilliseconds(5), _client.Loop.Timers);
            return result;
        });
        Assert.Equal("again", again.Reply!.Detail);
        await _client.Loop.RunAsync(channel.Dispose);
    }

    [Fact]
    public async Task A_stranger_reads_why_it_is_refused()
    {
        await ServeAsync();
        var result = await _client.Loop.RunAsync(async () =>
        {
            using var channel = Channel("another cluster");
            return await CallAsync(channel, "key", []);
        });
        Assert.Equal(RpcOutcome.Refused, result.Outcome);
        Assert.Contains("not to 'another cluster'", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peers_message_arrives()
    {
        await ServeAsync();
        var vote = new Message(new(2), new(1), new(7), 1, new RequestVote(new(3), new(4)));
        await _client.Loop.RunAsync(async () =>
        {
            using var link = new PeerLink(_client.Platform, new("c", new(2)), new(1), _address, _options);
            link.Send(vote);
            return await _message.Task.WaitAsync(_patience);
        });
        Assert.Equal(vote, await _message.Task);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: raft\r\n\r\n")]
    [InlineData("\xff\xff\xff\x7f\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public async Task A_stranger_that_talks_garbage_is_cut_off_and_others_are_served_on(string garbage)
    {
        await ServeAsync();
        using var stranger = new TcpClient();
        await stranger.ConnectAsync(IPEndPoint.Parse(_address));
        await stranger.GetStream().WriteAsync(Encoding.Latin1.GetBytes(garbage));
        Assert.Equal(0, await ReadToEndAsync(stranger));
        var result = await _client.Loop.RunAsync(async () =>
        {
            using var channel = Channel();
            return await CallAsync(channel, "key", []);
        });
        Assert.Equal("key", result.Reply!.Detail);
    }

    void IClientHandler.OnCommand(KvCommand command, RpcReply reply)
    {
        if (command.Key != "silence")
            reply.Send(new KvReply(new KvResult(KvStatus.Ok, command.Value, command.Key)));
    }

    void IRpcHandler.OnMessage(in Message message, string senderAddress) => _message.TrySetResult(message);

    private static Task<RpcResult> CallAsync(RpcChannel channel, string key, byte[] value) => channel.CallAsync(
        new KvCommand(KvRequest.Put(key, value), new(1), new(1), new(1)), _patience, CancellationToken.None);

    /// <summary>How many bytes the server sends before it closes; a reset counts as the end.</summary>
    private static async Task<int> ReadToEndAsync(TcpClient client)
    {
        try
        {
            using var timeout = new CancellationTokenSource(_patience);
            return await client.GetStream().ReadAsync(new byte[100], timeout.Token);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private Task<RpcServer> ServeAsync() => _server.Loop.RunAsync(() => Task.FromResult(
        new RpcServer(_server.Platform, new("c", new(1)), _address, this, _options)));

    private RpcChannel Channel(string cluster = "c") =>
        new(_client.Platform, new(cluster, NodeId.None), _address, NodeId.None, _options);
}
