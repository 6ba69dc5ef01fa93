using FsCheck.Xunit;
using RaftKv.KeyValue;
using Xunit;
using static RaftKv.Scenarios.KeyValue.KvCommands;

namespace RaftKv.Scenarios.KeyValue;

[Properties(Arbitrary = [typeof(KvCommands)], Replay = "20261122,7")]
public sealed class CommandCodecTests
{
    [Property]
    public bool Decoding_gives_back_what_was_encoded(KvCommand command)
    {
        var decoded = KvCommandCodec.Decode(KvCommandCodec.Encode(command));
        return decoded with { Value = default } == command with { Value = default }
            && decoded.Value.Span.SequenceEqual(command.Value.Span);
    }

    [Fact]
    public void The_format_stays_as_it_is()
    {
        var command = Append("ä", "v", client: 0x0102030405060708, request: 300, first: 299);

        Assert.Equal("0103080706050403020 1AC0201 02C3A4 0176".Replace(" ", ""),
            Convert.ToHexString(KvCommandCodec.Encode(command)));
    }

    [Fact]
    public void Request_ids_use_all_64_bits_C12()
    {
        var command = Put("a", "b", client: ulong.MaxValue, request: ulong.MaxValue, first: ulong.MaxValue);

        Assert.Equal(new RequestId(ulong.MaxValue), KvCommandCodec.Decode(KvCommandCodec.Encode(command)).RequestId);
    }

    [Property]
    public void Every_proper_prefix_is_refused(KvCommand command)
    {
        var bytes = KvCommandCodec.Encode(command);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => KvCommandCodec.Decode(bytes.AsMemory(0, length)));
    }

    [Property]
    public void Bytes_after_the_end_are_refused(KvCommand command, byte extra)
    {
        var longer = KvCommandCodec.Encode(command).Append(extra).ToArray();

        Assert.Throws<InvalidDataException>(() => KvCommandCodec.Decode(longer));
    }

    [Property(MaxTest = 1000)]
    public bool Harmed_bytes_are_refused_or_are_another_command(KvCommand command, int at, byte with)
    {
        var bytes = KvCommandCodec.Encode(command);
        bytes[(uint)at % (uint)bytes.Length] = with;
        try
        {
            return KvCommandCodec.Encode(KvCommandCodec.Decode(bytes)).AsSpan().SequenceEqual(bytes);
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    [Theory]
    [InlineData("", "version at byte 0 is cut off")]
    [InlineData("02", "version at byte 1 is 2, not 1")]
    [InlineData("0100", "operation at byte 2 is 0")]
    [InlineData("0104", "operation at byte 2 is 4")]
    [InlineData("010200000000000000008000", "request id at byte 12 is an overlong number")]
    [InlineData("01020000000000000000FFFFFFFFFFFFFFFFFF02", "request id at byte 20 exceeds 64 bits")]
    [InlineData("010200000000000000000101", "first unacknowledged request at byte 12 lies below request 1")]
    [InlineData("01020000000000000000010005", "key at byte 13 is 5, but only 0 bytes remain")]
    [InlineData("0102000000000000000001000180", "key at byte 13 is not well-formed UTF-8")]
    public void A_refusal_says_where_and_why(string hex, string expected)
    {
        var error = Assert.Throws<InvalidDataException>(() => KvCommandCodec.Decode(Convert.FromHexString(hex)));

        Assert.Equal($"Malformed command: {expected}.", error.Message);
    }
}
