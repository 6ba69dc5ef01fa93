using System.Text;
using RaftKv.Linearizability.Formats;
using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Tests.Oracle;
using Xunit;

namespace RaftKv.Linearizability.Tests.Formats;

public sealed class KvHistoryTests
{
    private const string Header = """{"format":"kv-history-1","model":"kv","ops":1,"injected":""}""";

    [Fact]
    public void Every_kind_of_operation_is_read()
    {
        var history = HistoryText.KeyValue(HistoryText.Read("""
            {"format":"kv-history-1","model":"kv","ops":7,"clients":7,"keys":1,"seed":1,"injected":"ignored"}
            {"c":1,"f":"get","k":"a","o":null,"t":[1,10]}
            {"c":2,"f":"put","k":"a","v":"x","t":[2,10]}
            {"c":3,"f":"append","k":"a","v":"yé","t":[3,null]}
            {"c":4,"f":"cas","k":"a","e":null,"v":"z","r":true,"t":[4,10]}
            {"c":5,"f":"cas","k":"a","e":"x","v":"z","r":false,"t":[5,10]}
            {"c":6,"f":"cas","k":"a","e":"x","v":"z","t":[6,null]}
            {"c":7,"f":"get","k":"a","t":[7,null]}
            """));
        Assert.Equal(
            [
                new(1, KvInput.Get("a"), KvOutput.Read(null), 1, 10),
                new(2, KvInput.Put("a", "x"), KvOutput.Done, 2, 10),
                new(3, KvInput.Append("a", "yé"), 3),
                new(4, KvInput.CompareAndSet("a", null, "z"), KvOutput.Done, 4, 10),
                new(5, KvInput.CompareAndSet("a", "x", "z"), KvOutput.Mismatch, 5, 10),
                new(6, KvInput.CompareAndSet("a", "x", "z"), 6),
                new(7, KvInput.Get("a"), 7),
            ],
            history);
    }

    [Fact]
    public void What_is_written_is_read_back() => Cases.ForAll(
        random => RandomHistory.Of(
            random,
            new KvModel(),
            (_, i) => (i % 4) switch
            {
                0 => KvInput.Put("a\"\n", $"{i}ß\0"),
                1 => KvInput.Append("b", ""),
                2 => KvInput.CompareAndSet("a\"\n", i == 2 ? null : "0", "1"),
                _ => KvInput.Get("b"),
            },
            (_, state, input) => input.Kind == KvKind.Get ? KvOutput.Read(state) : KvOutput.Done),
        history =>
        {
            var file = new MemoryStream();
            KvHistoryWriter.Write(history, file, seed: 7);
            file.Position = 0;
            var read = HistoryText.KeyValue(HistoryReader.Read(file, "test"));
            Assert.Equal(history.OrderBy(operation => operation.Call), read);
        });

    [Fact]
    public void A_gzipped_file_is_read() => Assert.Equal(
        1, HistoryText.Read(HistoryText.Gzip(Header + "\n" + """{"c":1,"f":"put","k":"a","v":"1","t":[1,2]}""")).Count);

    [Fact]
    public void A_truncated_gzipped_file_is_refused()
    {
        var whole = HistoryText.Gzip(Header + "\n" + """{"c":1,"f":"put","k":"a","v":"1","t":[1,2]}""");
        for (var length = 0; length < whole.Length - 10; length++)
            Assert.Throws<MalformedHistoryException>(() => HistoryText.Read(whole[..length]));
    }

    [Theory]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","t":[1,2]""", "")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","t":[1,2]} x""", "'x' is invalid")]
    [InlineData("""[1]""", "not a JSON object")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","t":[2,1]}""", "before its call")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","t":[1]}""", "not an integer")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","t":[1,2,3]}""", "not [call, return]")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1"}""", "needs")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":1,"t":[1,2]}""", "not a string")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":null,"t":[1,2]}""", "'v' is null")]
    [InlineData("""{"c":1,"f":"put","k":"a","t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","o":"2","t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"get","k":"a","t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"cas","k":"a","e":"1","v":"2","t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"cas","k":"a","e":"1","v":"2","r":true,"t":[1,null]}""", "other fields")]
    [InlineData("""{"c":1,"f":"cas","k":"a","e":"1","v":"2","r":1,"t":[1,2]}""", "true or false")]
    [InlineData("""{"c":1,"f":"scan","k":"a","t":[1,2]}""", "'scan' is no kind")]
    [InlineData("""{"c":1,"c":2,"f":"put","k":"a","v":"1","t":[1,2]}""", "comes twice")]
    [InlineData("""{"c":1.5,"f":"put","k":"a","v":"1","t":[1,2]}""", "not an integer")]
    [InlineData("""{"c":99999999999,"f":"put","k":"a","v":"1","t":[1,2]}""", "not an integer")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","z":0,"t":[1,2]}""", "unknown field 'z'")]
    [InlineData("", "")]
    public void A_malformed_operation_is_refused(string line, string reason) =>
        HistoryText.Rejects($"{Header}\n{line}\n", 2, reason);

    [Theory]
    [InlineData("{", "header")]
    [InlineData("""{"format":"kv-history-2","model":"kv","ops":1}""", "kv-history-2")]
    [InlineData("""{"format":"kv-history-1","model":"queue","ops":1}""", "queue")]
    [InlineData("""{"format":"kv-history-1","model":"kv"}""", "header")]
    [InlineData("""{"format":"kv-history-1","model":"kv","ops":"1"}""", "header")]
    [InlineData(Header, "promises 1 operations, the file holds 0")]
    public void A_malformed_header_is_refused(string header, string reason) => HistoryText.Rejects(header, 1, reason);

    [Fact]
    public void Operations_out_of_order_are_refused() => HistoryText.Rejects(
        """
        {"format":"kv-history-1","model":"kv","ops":2}
        {"c":1,"f":"put","k":"a","v":"1","t":[5,6]}
        {"c":2,"f":"put","k":"a","v":"2","t":[4,6]}
        """,
        3,
        "before the line above");

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(Header), 0xFF, 0xFE];
        Assert.Throws<MalformedHistoryException>(() => HistoryText.Read(bytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n \n")]
    [InlineData("hello")]
    public void What_is_no_history_is_refused(string text) =>
        Assert.Throws<MalformedHistoryException>(() => HistoryText.Read(text));
}
