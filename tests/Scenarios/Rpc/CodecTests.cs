using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Google.Protobuf;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Wire;
using Xunit;

namespace RaftKv.Scenarios.Rpc;

[Properties(Arbitrary = [typeof(WireRecords)], MaxTest = 300)]
public class CodecTests
{
    [Property]
    public void A_message_between_servers_comes_back_as_it_was(Message message)
    {
        Assert.True(MessageCodec.TryRead(Body(MessageCodec.Write(new FrameWriter(), message)), out var read, out _));
        Assert.Equal(Describe(message), Describe(read));
    }

    [Property]
    public void A_command_comes_back_as_it_was(KvCommand command)
    {
        var body = Body(CommandCodec.Write(new FrameWriter(), 1, command));
        Assert.True(CommandCodec.TryRead(body, out var read, out _));
        Assert.Equal(command with { Value = default }, read with { Value = default });
        Assert.Equal(command.Value.ToArray(), read.Value.ToArray());
    }

    [Property]
    public void A_reply_comes_back_as_it_was(KvReply reply)
    {
        Assert.True(ReplyCodec.TryRead(Body(ReplyCodec.Write(new FrameWriter(), 1, reply)), out var read, out _));
        Assert.Equal(reply with { Value = null }, read with { Value = null });
        Assert.Equal(reply.Value?.ToArray(), read.Value?.ToArray());
    }

    [Fact]
    public void An_absent_value_and_an_empty_value_are_not_the_same()
    {
        var (absent, empty) = (new KvReply(KvStatus.Ok), new KvReply(KvStatus.Ok, ReadOnlyMemory<byte>.Empty));
        Assert.True(ReplyCodec.TryRead(Body(ReplyCodec.Write(new FrameWriter(), 1, absent)), out var first, out _));
        Assert.True(ReplyCodec.TryRead(Body(ReplyCodec.Write(new FrameWriter(), 1, empty)), out var second, out _));
        Assert.Null(first.Value);
        Assert.Equal(0, second.Value!.Value.Length);
    }

    [Fact]
    public void An_empty_body_is_neither_a_reply_nor_a_command_nor_a_message()
    {
        Assert.False(ReplyCodec.TryRead([], out _, out var reply));
        Assert.False(CommandCodec.TryRead([], out _, out var command));
        Assert.False(MessageCodec.TryRead([], out _, out var message));
        Assert.All([reply, command, message], error => Assert.NotEmpty(error!));
    }

    [Property]
    public void Random_bytes_are_read_or_refused_but_never_break_the_reader(byte[] bytes) => ReadAll(bytes);

    [Property]
    public void A_damaged_message_is_read_or_refused_but_never_breaks_the_reader(
        Message message, NonNegativeInt at, byte damage)
    {
        var body = Body(MessageCodec.Write(new FrameWriter(), message));
        body[at.Get % body.Length] ^= damage;
        ReadAll(body);
        ReadAll(body.AsSpan(0, at.Get % body.Length));
    }

    [Fact]
    public void A_key_that_protobuf_would_change_is_refused() =>
        Assert.ThrowsAny<ArgumentException>(() => CommandCodec.Write(new FrameWriter(), 1,
            new KvCommand(KvOperation.Get, "a\ud800", default, default, default, default)));

    [Fact]
    public void Numbers_that_cannot_be_right_are_refused()
    {
        Assert.NotNull(WhyRefused(new Wire.Protocol.PeerMessage { From = 0, To = 1, VoteReply = new() }));
        Assert.NotNull(WhyRefused(new Wire.Protocol.PeerMessage { From = 1, To = 2, Term = -1, VoteReply = new() }));
        Assert.NotNull(WhyRefused(new Wire.Protocol.PeerMessage { From = 1, To = 2, Term = 1 }));
        Assert.NotNull(WhyRefused(new() { From = 1, To = 2, AppendEntries = new() { PrevIndex = -1 } }));
        Assert.NotNull(WhyRefused(
            new() { From = 1, To = 2, AppendEntries = new() { PrevIndex = long.MaxValue, Entries = { Entry(1) } } }));
        Assert.NotNull(WhyRefused(new() { From = 1, To = 2, AppendEntries = new() { Entries = { Entry(0) } } }));
        Assert.NotNull(WhyRefused(
            new() { From = 1, To = 2, InstallSnapshot = new() { Offset = 5, TotalBytes = 4 } }));
        Assert.Null(WhyRefused(new() { From = 1, To = 2, AppendEntries = new() { Entries = { Entry(1) } } }));
    }

    private static Wire.Protocol.Entry Entry(long term) =>
        new() { Term = term, Kind = Wire.Protocol.Entry.Types.Kind.NoOp };

    private static string? WhyRefused(Wire.Protocol.PeerMessage message) =>
        MessageCodec.TryRead(message.ToByteArray(), out _, out var error) ? null : error;

    private static void ReadAll(ReadOnlySpan<byte> body)
    {
        Assert.Equal(MessageCodec.TryRead(body, out _, out var error), error is null);
        Assert.Equal(CommandCodec.TryRead(body, out _, out error), error is null);
        Assert.Equal(ReplyCodec.TryRead(body, out _, out error), error is null);
        Assert.Equal(ReplyCodec.TryReadRejection(body, out _, out error), error is null);
        Assert.Equal(Hello.TryRead(body, out _, out error), error is null);
        Assert.Equal(Hello.TryReadReply(body, out _, out error), error is null);
    }

    private static byte[] Body(ReadOnlySpan<byte> frame) => frame[Frame.HeaderBytes..].ToArray();

    /// <summary>The whole message as text, since memory is compared by reference.</summary>
    private static string Describe(Message message) => message.Kind switch
    {
        MessageKind.AppendEntries => $"{message} " + string.Join(' ', message.AppendEntries.Entries.ToArray()
            .Select(entry => $"{entry} {Convert.ToHexString(entry.Data.Span)}")),
        MessageKind.InstallSnapshot => $"{message} {Convert.ToHexString(message.InstallSnapshot.Data.Span)}",
        _ => message.ToString(),
    };
}
