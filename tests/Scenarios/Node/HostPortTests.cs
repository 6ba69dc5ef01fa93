using RaftKv.Client.Sockets;
using Xunit;

namespace RaftKv.Scenarios.Node;

public class HostPortTests
{
    [Theory]
    [InlineData("127.0.0.1:7001", "127.0.0.1", 7001)]
    [InlineData("[::1]:0", "::1", 0)]
    [InlineData("node-1.example:65535", "node-1.example", 65535)]
    public void An_address_is_read_and_written(string text, string host, int port)
    {
        var address = HostPort.Parse(text);
        Assert.Equal((host, port), (address.Host, address.Port));
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData(":7001")]
    [InlineData("localhost:")]
    [InlineData("localhost:-1")]
    [InlineData("localhost:65536")]
    [InlineData("::1:7001")]
    [InlineData("a b:7001")]
    public void Anything_else_is_refused_by_name(string text)
    {
        var exception = Assert.Throws<FormatException>(() => HostPort.Parse(text));
        Assert.Contains($"'{text}'", exception.Message, StringComparison.Ordinal);
    }
}
