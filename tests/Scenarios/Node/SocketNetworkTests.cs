using System.Net;
using System.Net.Sockets;
using RaftKv.Client.Sockets;
using RaftKv.Client.Threading;
using RaftKv.Platform;
using RaftKv.Scenarios.Rpc;
using Xunit;

namespace RaftKv.Scenarios.Node;

public sealed class SocketNetworkTests : IDisposable
{
    private readonly SocketHost _server = new(maxUnsentBytes: 1 << 20);
    private readonly SocketHost _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        Assert.Empty(_server.Failures);
        Assert.Empty(_client.Failures);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("localhost")]
    public async Task Bytes_come_back_in_their_order(string host)
    {
        var address = await _server.ListenAsync(Echo, host);
        var sent = Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 >> 3)).ToArray();
        var collector = new Collector(sent.Length);
        var connection = (await _client.ConnectAsync(host == "localhost" ? $"localhost:{PortOf(address)}" : address))!;
        await _client.Loop.RunAsync(() =>
        {
            connection.Start(collector);
            foreach (var piece in sent.Chunk(999))
                Assert.True(connection.Send(piece));
        });
        Assert.Equal(sent, await collector.BytesAsync());
    }

    [Fact]
    public async Task A_connection_that_would_take_one_of_the_last_handles_is_closed()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var server = new SocketHost(highestHandle: 1);
        var address = await server.ListenAsync(_ => Assert.Fail("It was accepted."));
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(address));
        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1]));
        Assert.Empty(server.Failures);
        Assert.InRange(FileHandles.HighestForConnections, 100, int.MaxValue);
    }

    [Fact]
    public void That_no_connection_can_be_accepted_is_told_now_and_then()
    {
        using var log = new FakeLogger();
        using var loop = new LoopThread("accept", fault => Assert.Fail(fault.Message));
        using var network = new SocketNetwork(loop, log);
        for (var i = 0; i < 50; i++)
            network.AcceptFailed("here", "Too many open files");
        Assert.StartsWith(
            "A connection could not be accepted at here: Too many open files", Assert.Single(log.Lines));
    }

    [Fact]
    public async Task What_a_turn_sends_arrives_after_the_turn_and_not_before()
    {
        var received = new Collector(2);
        var address = await _server.ListenAsync(connection => connection.Start(received));
        var connection = (await _client.ConnectAsync(address))!;
        await _client.Loop.RunAsync(() =>
        {
            connection.Send([1]);
            connection.Send([2]);
        });
        Assert.Equal([1, 2], await received.BytesAsync());
    }

    [Fact]
    public async Task A_peer_that_dies_closes_the_connection_with_a_reason()
    {
        using var peer = new TcpListener(IPAddress.Loopback, 0);
        peer.Start();
        var connection = (await _client.ConnectAsync(peer.LocalEndpoint.ToString()!))!;
        var collector = new Collector();
        await _client.Loop.RunAsync(() => connection.Start(collector));
        (await peer.AcceptSocketAsync()).Dispose();
        Assert.NotEmpty(await collector.ClosedAsync());
        Assert.False(await _client.Loop.RunAsync(() => Task.FromResult(connection.Send([1]))));
    }

    [Fact]
    public async Task A_peer_that_reads_nothing_is_sent_only_so_much()
    {
        var accepted = new TaskCompletionSource<IConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        var address = await _server.ListenAsync(accepted.SetResult);
        _ = await _client.ConnectAsync(address);
        var connection = await accepted.Task;
        var piece = new byte[64 * 1024];
        var pieces = 0;
        while (await _server.Loop.RunAsync(() => Task.FromResult(connection.Send(piece))))
            pieces++;
        Assert.InRange(pieces, (1 << 20) / piece.Length, 1000);
    }

    [Fact]
    public async Task Bytes_queued_before_dispose_still_go_out()
    {
        var address = await _server.ListenAsync(connection =>
        {
            connection.Send([1, 2, 3]);
            connection.Dispose();
        });
        var collector = new Collector(3);
        var connection = (await _client.ConnectAsync(address))!;
        await _client.Loop.RunAsync(() => connection.Start(collector));
        Assert.Equal([1, 2, 3], await collector.BytesAsync());
        Assert.Equal("the peer closed the connection", await collector.ClosedAsync());
    }

    [Fact]
    public async Task A_disposed_connection_delivers_nothing_more()
    {
        var address = await _server.ListenAsync(Echo);
        var connection = (await _client.ConnectAsync(address))!;
        var seen = 0;
        var collector = new Collector(received: _ =>
        {
            seen++;
            connection.Dispose();
        });
        await _client.Loop.RunAsync(() =>
        {
            connection.Start(collector);
            connection.Send([1]);
        });
        var second = (await _client.ConnectAsync(address))!;
        var last = new Collector(1);
        await _client.Loop.RunAsync(() =>
        {
            second.Start(last);
            second.Send([2]);
        });
        await last.BytesAsync();
        Assert.InRange(seen, 0, 1);
    }

    [Theory]
    [InlineData("127.0.0.1:1", "refused")]
    [InlineData("no port", "host:port")]
    [InlineData("name.invalid:7001", "name")]
    public async Task What_cannot_be_reached_says_why(string address, string why)
    {
        var (connection, problem) = await _client.DialAsync(address);
        Assert.Null(connection);
        Assert.Contains(why, problem, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_cancelled_dial_is_null()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Null((await _client.DialAsync("127.0.0.1:1", cancelled.Token)).Connection);
    }

    [Fact]
    public async Task A_taken_address_and_a_wrong_one_say_so()
    {
        var address = await _server.ListenAsync(Echo);
        foreach (var wrong in (string[])[address, "nonsense"])
        {
            var exception = await Assert.ThrowsAsync<IOException>(
                () => _client.Loop.RunAsync(() => _client.Network.Listen(wrong, Echo)));
            Assert.Contains($"Cannot listen at {wrong}", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_disposed_network_lets_go_of_everything()
    {
        using var shortLived = new SocketHost();
        var address = await shortLived.ListenAsync(Echo);
        var connection = (await _client.ConnectAsync(address))!;
        var collector = new Collector(1);
        await _client.Loop.RunAsync(() =>
        {
            connection.Start(collector);
            connection.Send([1]);
        });
        await collector.BytesAsync();
        await shortLived.Loop.RunAsync(shortLived.Network.Dispose);
        Assert.NotEmpty(await collector.ClosedAsync());
        Assert.Null(await shortLived.ConnectAsync(address));
        Assert.Null(await _client.ConnectAsync(address));
    }

    private static void Echo(IConnection connection) =>
        connection.Start(new Collector(received: bytes => connection.Send(bytes)));

    private static string PortOf(string address) => address[(address.LastIndexOf(':') + 1)..];
}
