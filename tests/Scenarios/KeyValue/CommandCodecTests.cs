using FsCheck.Xunit;
using RaftKv.KeyValue;
using Xunit;
using static RaftKv.Scenarios.KeyValue.KvCommands;

namespace RaftKv.Scenarios.KeyValue;

[Properties(Arbitrary = [typeof(KvCommands)], Replay = "20261122,7")]
public sealed class CommandCodecTests
{
    private const string Head = "03000000000000000000";

    [Property]
    public void Decoding_gives_back_what_was_encoded(KvCommand command) =>
        Assert.Equal(Describe(command), Describe(KvCommandCodec.Decode(KvCommandCodec.Encode(command))));

    [Fact]
    public void The_format_stays_as_it_is()
    {
        var command = Append("ä", "v", client: 0x0102030405060708, request: 300, first: 299);

        Assert.Equal("03 00 0807060504030201 AC02 01 03 02C3A4 0176 808040".Replace(" ", ""),
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

    [InlineData("", "version at byte 0 is cut off")]
    [InlineData("01", "version at byte 1 is 1, not 3")]
    [InlineData("03FFFFFFFFFFFFFFFFFF01", "time at byte 11 is 18446744073709551615 ms")]
    [InlineData("0300", "client id at byte 2 is cut off")]
    [InlineData(Head + "8000", "request id at byte 12 is an overlong number")]
    [InlineData(Head + "FFFFFFFFFFFFFFFFFF02", "request id at byte 20 exceeds 64 bits")]
    [InlineData(Head + "0101", "first unacknowledged request at byte 12 lies below request 1")]
    [InlineData(Head + "010000", "operation at byte 13 is 0")]
    [InlineData(Head + "01000A", "operation at byte 13 is 10")]
    [InlineData(Head + "01000205", "key at byte 14 is 5, but only 0 bytes remain")]
    [InlineData(Head + "0100020180", "key at byte 14 is not well-formed UTF-8")]
    [InlineData(Head + "010005016B02", "expected value at byte 16 is 2, neither 0 nor 1")]
    [InlineData(Head + "010006000000FFFFFFFF0F", "limit at byte 21 is 4294967295")]
    [InlineData(Head + "010007FF01", "number of compares at byte 15 is 255, but only 0 bytes remain")]
    [InlineData(Head + "01000700010600", "operation at byte 16 is 6")]
    [InlineData(Head + "0100060000000000", "MaxScanItems at byte 18 is 0")]
    [InlineData(Head + "010003016B0176FFFFFFFF0F", "MaxValueBytes at byte 22 is 4294967295")]
    [InlineData(Head + "0100080100", "session time-out at byte 15 is 0 ms")]
    [Theory]
    public void A_refusal_says_where_and_why(string hex, string expected)
    {
        var error = Assert.Throws<InvalidDataException>(() => KvCommandCodec.Decode(Convert.FromHexString(hex)));

        Assert.Equal($"Malformed command: {expected}.", error.Message);
    }
}
