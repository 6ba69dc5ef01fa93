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
    public void A_message_is_written_as_the_generated_classes_write_it(Message message)
    {
        var body = Body(MessageCodec.Write(new FrameWriter(), message));
        Assert.Equal(Wire.Protocol.PeerMessage.Parser.ParseFrom(body).ToByteArray(), body);
    }

    [Property]
    public void A_message_in_another_form_is_read_all_the_same(Message message)
    {
        var body = Body(MessageCodec.Write(new FrameWriter(), message));
        var again = new Wire.Protocol.PeerMessage { To = message.To.Value }.ToByteArray();
        Assert.True(MessageCodec.TryRead([.. body, .. again], out var read, out _));
        Assert.Equal(Describe(message), Describe(read));
    }

    [Property(MaxTest = 3000)]
    public void A_damaged_message_means_what_it_means_to_the_generated_classes(
        Message message, NonNegativeInt at, byte damage)
    {
        var body = Body(MessageCodec.Write(new FrameWriter(), message));
        body[at.Get % body.Length] ^= damage;
        var isRead = MessageCodec.TryRead(body, out var read, out _);
        Wire.Protocol.PeerMessage parsed;
        try
        {
            parsed = Wire.Protocol.PeerMessage.Parser.WithDiscardUnknownFields(true).ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            Assert.False(isRead);
            return;
        }

        Assert.Equal(isRead, MessageCodec.TryRead(parsed.ToByteArray(), out var other, out _));
        if (isRead)
            Assert.Equal(Describe(other), Describe(read));
    }

    [Property]
    public void A_command_comes_back_as_it_was(KvCommand command)
    {
        var body = Body(WireOperations.Request(command));
        Assert.True(CommandCodec.TryRead(body, out var read, out _));
        Assert.Equal(KvCommandCodec.Encode(command), KvCommandCodec.Encode(read));
    }

    [Property]
    public void A_reply_comes_back_as_it_was(KvReply reply)
    {
        Assert.True(ReplyCodec.TryRead(Body(ReplyCodec.Write(new FrameWriter(), 1, reply)), out var read, out _));
        Assert.Equal(reply.LeaderAddress, read.LeaderAddress);
        Assert.Equal(reply.Detail, read.Detail);
        Assert.Equal(KvResultCodec.Encode(reply.Result), KvResultCodec.Encode(read.Result));
        Assert.Equal(reply.Result.Session, read.Result.Session);
        Assert.Equal(reply.Result.Page?.Next, read.Result.Page?.Next);
        Assert.Equal(Describe(reply.Result.Page), Describe(read.Result.Page));
    }

    [Property]
    public bool A_transfer_comes_back_as_it_was(NonNegativeInt successor)
    {
        var request = new TransferRequest(new NodeId(successor.Get));
        var body = Body(AdministrationCodec.Write(new FrameWriter(), 1, request));
        return AdministrationCodec.TryRead(body, out var read, out _) && read == request;
    }

    [Property]
    public void The_status_of_a_server_is_asked_for_and_comes_back_as_it_was(
        PositiveInt id, NonNegativeInt leader, NonNegativeInt term, NonNegativeInt index)
    {
        var body = Body(AdministrationCodec.Write(new FrameWriter(), 1, new StatusRequest()));
        Assert.True(AdministrationCodec.TryRead(body, out var asked, out _));
        Assert.IsType<StatusRequest>(asked);

        var members = new Configuration([new Member(new NodeId(id.Get), "n:1", MemberRole.Learner)]);
        foreach (var configuration in (Configuration[])[members, Configuration.Empty])
        {
            var status = new ServerStatus(
                new NodeId(id.Get), (Role)(1 + (id.Get % 4)), new Term(term.Get), new NodeId(leader.Get),
                new LogIndex(index.Get), new LogIndex(index.Get / 2), configuration, new LogIndex(index.Get / 3));
            var reply = new KvReply(KvStatus.Ok) { Server = status };
            Assert.True(ReplyCodec.TryRead(Body(ReplyCodec.Write(new FrameWriter(), 1, reply)), out var read, out _));
            Assert.Equal(status, read.Server);
        }
    }

    [Theory]
    [InlineData(0, Role.Leader, 0, "server 0")]
    [InlineData(1, (Role)0, 0, "role 0")]
    [InlineData(1, (Role)5, 0, "role 5")]
    [InlineData(1, Role.Leader, -1, "negative")]
    public void The_status_of_no_server_is_refused(int id, Role role, int index, string problem)
    {
        var reply = new KvReply(KvStatus.Ok)
        {
            Server = new ServerStatus(
                new NodeId(id), role, default, default, new LogIndex(index), default, Configuration.Empty, default),
        };
        Assert.False(ReplyCodec.TryRead(Body(ReplyCodec.Write(new FrameWriter(), 1, reply)), out _, out var error));
        Assert.Contains(problem, error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_value_and_an_empty_value_are_not_the_same()
    {
        var absent = new KvReply(KvStatus.Ok);
        var empty = new KvReply(new KvResult(KvStatus.Ok, ReadOnlyMemory<byte>.Empty));
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
        Assert.ThrowsAny<ArgumentException>(() => WireOperations.Request(
            new KvCommand(KvRequest.Get("a\ud800"), default, default, default)));

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
        Assert.Null(WhyRefused(new() { From = 1, To = 2, AppendEntries = new() { Entries = { Entry(1) } } }));
        var broken = Entry(1);
        broken.Kind = Wire.Protocol.Entry.Types.Kind.Configuration;
        Assert.NotNull(WhyRefused(new() { From = 1, To = 2, AppendEntries = new() { Entries = { broken } } }));
        var strange = Entry(1);
        strange.Kind = (Wire.Protocol.Entry.Types.Kind)(256 + (int)EntryKind.NoOp);
        Assert.NotNull(WhyRefused(new() { From = 1, To = 2, AppendEntries = new() { Entries = { strange } } }));
    }

    [Theory]
    [InlineData(0, 4, 1, true, true)]
    [InlineData(3, 4, 1, true, true)]
    [InlineData(4, 4, 1, true, false)]
    [InlineData(5, 4, 0, true, false)]
    [InlineData(-1, 4, 1, true, false)]
    [InlineData(0, long.MinValue, 1, true, false)]
    [InlineData(0, 4, 1, false, false)]
    public void A_piece_of_a_snapshot_lies_within_it_and_names_the_members(
        long offset, long total, int bytes, bool names, bool isRight)
    {
        var piece = new Wire.Protocol.InstallSnapshot
        {
            Offset = offset,
            TotalBytes = total,
            Data = ByteString.CopyFrom(new byte[bytes]),
            Configuration = names
                ? ByteString.CopyFrom(ConfigurationCodec.Encode(Configuration.Empty))
                : ByteString.Empty,
        };
        Assert.Equal(isRight, WhyRefused(new() { From = 1, To = 2, InstallSnapshot = piece }) is null);
    }

    [Fact]
    public void A_request_that_carries_what_it_does_not_take_is_refused()
    {
        Assert.NotNull(WhyNoCommand(new Wire.Protocol.Command { RequestId = 1 }));
        Assert.NotNull(WhyNoCommand(Asking(new() { Operation = KvOperation.Get.OnTheWire(), Scan = new() })));
        Assert.NotNull(WhyNoCommand(Asking(new() { Operation = KvOperation.Scan.OnTheWire() })));
        Assert.NotNull(WhyNoCommand(Asking(new() { Operation = KvOperation.Transaction.OnTheWire() })));
        Assert.NotNull(WhyNoCommand(
            Asking(new() { Operation = KvOperation.Put.OnTheWire(), Expected = ByteString.Empty })));
        Assert.NotNull(WhyNoCommand(Asking(new() { Operation = (Wire.Protocol.Request.Types.Operation)99 })));
        Assert.NotNull(WhyNoCommand(
            new Wire.Protocol.Command
            {
                Request = new() { Operation = KvOperation.Get.OnTheWire(), Key = "k" },
                RequestId = 1,
                FirstUnacknowledged = 2,
            }));
        Assert.Null(WhyNoCommand(Asking(new() { Operation = KvOperation.Get.OnTheWire(), Key = "k" })));
    }

    [Fact]
    public void Nothing_nests_in_a_transaction()
    {
        var inner = new Wire.Protocol.Request
        {
            Operation = KvOperation.Transaction.OnTheWire(),
            Transaction = new(),
        };
        var outer = new Wire.Protocol.Request
        {
            Operation = KvOperation.Transaction.OnTheWire(),
            Transaction = new() { Else = { inner } },
        };

        Assert.Null(WhyNoCommand(Asking(inner)));
        Assert.Equal("a Transaction is part of a transaction", WhyNoCommand(Asking(outer)));
        var reply = new Wire.Protocol.Reply { Status = Wire.Protocol.Reply.Types.Status.Ok, Results = new() };
        reply.Results.Results_.Add(reply.Clone());
        Assert.False(ReplyCodec.TryRead(reply.ToByteArray(), out _, out var error));
        Assert.Equal("a result of a transaction has results itself", error);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(ulong.MaxValue, false)]
    public void A_session_has_a_time_out_that_can_be(ulong timeoutMs, bool good)
    {
        var reply = new Wire.Protocol.Reply
        {
            Status = Wire.Protocol.Reply.Types.Status.Ok,
            Session = new() { TimeoutMs = timeoutMs },
        };

        Assert.Equal(good, ReplyCodec.TryRead(reply.ToByteArray(), out _, out _));
    }

    private static Wire.Protocol.Command Asking(Wire.Protocol.Request request) =>
        new() { Request = request, RequestId = 1, FirstUnacknowledged = 1 };

    private static string? WhyNoCommand(Wire.Protocol.Command command) =>
        CommandCodec.TryRead(command.ToByteArray(), out _, out var error) ? null : error;

    private static string? Describe(KvPage? page) => page is null ? null : string.Join(
        ' ', page.Items.Select(item => $"{item.Key}={Convert.ToHexString(item.Value.Span)}"));

    private static Wire.Protocol.Entry Entry(long term) =>
        new() { Term = term, Kind = Wire.Protocol.Entry.Types.Kind.NoOp };

    private static string? WhyRefused(Wire.Protocol.PeerMessage message) =>
        MessageCodec.TryRead(message.ToByteArray(), out _, out var error) ? null : error;

    private static void ReadAll(ReadOnlySpan<byte> body)
    {
        Assert.Equal(MessageCodec.TryRead(body, out _, out var error), error is null);
        Assert.Equal(CommandCodec.TryRead(body, out _, out error), error is null);
        Assert.Equal(AdministrationCodec.TryRead(body, out _, out error), error is null);
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
