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
            {"format":"kv-history-1","model":"kv","ops":12,"clients":7,"keys":1,"seed":1,"injected":"ignored"}
            {"c":1,"f":"get","k":"a","o":null,"t":[1,10]}
            {"c":2,"f":"put","k":"a","v":"x","t":[2,10]}
            {"c":3,"f":"append","k":"a","v":"yé","t":[3,null]}
            {"c":4,"f":"cas","k":"a","e":null,"v":"z","r":true,"t":[4,10]}
            {"c":5,"f":"cas","k":"a","e":"x","v":"z","r":false,"t":[5,10]}
            {"c":6,"f":"cas","k":"a","e":"x","v":"z","t":[6,null]}
            {"c":7,"f":"get","k":"a","t":[7,null]}
            {"c":8,"f":"delete","k":"a","t":[8,10]}
            {"c":9,"f":"cas","k":"a","e":"x","v":"z","r":false,"o":null,"t":[9,10]}
            {"c":10,"f":"scan","k":"a","e":null,"n":2,"o":[["a","x"],["b","y"]],"t":[10,10]}
            {"c":11,"f":"txn","if":[["a","!=",null]],"then":[{"f":"get","k":"a"}],"r":true,"o":["x"],"t":[11,12]}
            {"c":12,"f":"txn","then":[{"f":"put","k":"a","v":"1"}],"else":[],"t":[12,null]}
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
                new(8, KvInput.Delete("a"), KvOutput.Done, 8, 10),
                new(9, KvInput.CompareAndSet("a", "x", "z"), KvOutput.Found(null), 9, 10),
                new(10, KvInput.Scan("a", null, 2), KvOutput.Scanned(KvItem.Of("a", "x"), KvItem.Of("b", "y")), 10, 10),
                new(
                    11,
                    KvInput.Transact(new(
                        new(new KvCompare("a", KvComparison.NotEqual, null)), new(KvInput.Get("a")), new())),
                    KvOutput.Transacted(true, new KvItem("a", KvOutput.Read("x"))),
                    11,
                    12),
                new(12, KvInput.Transact(new(new(), new(KvInput.Put("a", "1")), new())), 12),
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
                _ when random.Next(2) == 0 => KvInput.Scan("b", random.Next(2) == 0 ? null : "c", random.Next(2)),
                _ when random.Next(2) == 0 => KvInput.Transact(new KvTransaction(
                    new(new KvCompare("b", (KvComparison)random.Next(4), null), new("b", KvComparison.Less, "x")),
                    new(KvInput.Delete("b"), KvInput.Scan("", "b", 1), KvInput.CompareAndSet("b", null, "1")),
                    new(KvInput.Get("b"), KvInput.Append("b", "0"), KvInput.CompareAndSet("b", "x", "0")))),
                _ => KvInput.Get("b"),
            },
            (_, state, input) => KvModel.Apply(state, input, out KvState _)),
        history =>
        {
            var file = new MemoryStream();
            KvHistoryWriter.Write(history, file, seed: 7);
            file.Position = 0;
            var read = HistoryText.KeyValue(HistoryReader.Read(file, "test"));
            Assert.Equal(history.OrderBy(operation => operation.Call), read);
        });

    [Theory]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","t":[1,2]""", "no JSON at byte 43: ")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","t":[1,2]} x""", "'x' is invalid")]
    [InlineData("""[1]""", "not a JSON object")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","t":[2,1]}""", "before its call")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","t":[1]}""", "not an integer")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","t":[1,2,3]}""", "not [call, return]")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1"}""", "needs")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":1,"t":[1,2]}""", "not a string")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"\ud800","t":[1,2]}""", "surrogate")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":null,"t":[1,2]}""", "'v' is null")]
    [InlineData("""{"c":1,"f":"put","k":"a","t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"put","k":"a","v":"1","o":"2","t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"get","k":"a","t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"cas","k":"a","e":"1","v":"2","t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"cas","k":"a","e":"1","v":"2","r":true,"t":[1,null]}""", "other fields")]
    [InlineData("""{"c":1,"f":"cas","k":"a","e":"1","v":"2","r":1,"t":[1,2]}""", "true or false")]
    [InlineData("""{"c":1,"f":"count","k":"a","t":[1,2]}""", "'count' is no kind")]
    [InlineData("""{"c":1,"f":"delete","k":"a","v":"1","t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"cas","k":"a","e":"1","v":"2","r":true,"o":"2","t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"scan","k":"a","e":null,"o":"1","t":[1,2]}""", "an array")]
    [InlineData("""{"c":1,"f":"scan","k":"a","e":null,"o":["a"],"t":[1,2]}""", "[key, value]")]
    [InlineData("""{"c":1,"f":"scan","k":"a","e":null,"n":-1,"o":[],"t":[1,2]}""", "negative")]
    [InlineData("""{"c":1,"f":"scan","k":"a","o":[],"t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"get","k":"a","o":["1"],"t":[1,2]}""", "no array")]
    [InlineData("""{"c":1,"f":"put","v":"1","t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"txn","then":[],"r":true,"o":[null],"t":[1,2]}""", "answers 1 operations of 0")]
    [InlineData("""{"c":1,"f":"txn","r":true,"o":[],"t":[1,2]}""", "other fields")]
    [InlineData("""{"c":1,"f":"txn","then":1,"r":true,"o":[],"t":[1,2]}""", "not an array")]
    [InlineData("""{"c":1,"f":"txn","then":[{"f":"put"}],"r":true,"o":[null],"t":[1,2]}""", "needs 'k'")]
    [InlineData("""{"c":1,"f":"txn","then":[{"f":"txn","k":"a"}],"t":[1,null]}""", "'txn' is no kind")]
    [InlineData("""{"c":1,"f":"txn","then":[{"f":"get","k":"a","z":1}],"t":[1,null]}""", "other fields")]
    [InlineData("""{"c":1,"f":"txn","if":[["a","~","1"]],"then":[],"t":[1,null]}""", "no comparison")]
    [InlineData("""{"c":1,"f":"txn","if":[["a"]],"then":[],"t":[1,null]}""", "[key, sign, value]")]
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_not_UTF_8_is_found_in_its_line(bool isZipped)
    {
        const string Line = """{"c":1,"f":"put","k":"a","v":"é","t":[1,2]}""";
        var before = string.Concat(Enumerable.Repeat(Line + "\n", 5_000));
        var header = Header.Replace("\"ops\":1", "\"ops\":5001");
        byte[] bytes = [.. Encoding.UTF8.GetBytes($"{header}\n{before}"), .. Encoding.Latin1.GetBytes(Line)];
        var file = isZipped ? HistoryText.Gzip(bytes) : bytes;
        var malformed = Assert.Throws<MalformedHistoryException>(() => HistoryText.Read(file));
        Assert.Equal((5_002, "not UTF-8"), (malformed.Line, malformed.Reason));
    }

    [Fact]
    public void A_client_may_have_several_operations_open() => Assert.Equal(Verdict.Linearizable, HistoryText.Check("""
        {"format":"kv-history-1","model":"kv","ops":3}
        {"c":1,"f":"put","k":"a","v":"1","t":[1,null]}
        {"c":1,"f":"put","k":"a","v":"2","t":[2,10]}
        {"c":1,"f":"get","k":"a","o":"1","t":[3,9]}
        """));
}
