using System.IO.Compression;
using System.Text;
using RaftKv.Linearizability.Formats;
using RaftKv.Linearizability.Models;
using Xunit;

namespace RaftKv.Linearizability.Tests.Formats;

/// <summary>Histories written out in a test.</summary>
internal static class HistoryText
{
    public static RecordedHistory Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    public static RecordedHistory Read(byte[] bytes) => HistoryReader.Read(new MemoryStream(bytes), "test");

    public static Verdict Check(string text) => Read(text).Check().Verdict;

    public static byte[] Gzip(string text) => Gzip(Encoding.UTF8.GetBytes(text));

    public static byte[] Gzip(byte[] content)
    {
        var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionLevel.Fastest))
            zip.Write(content);
        return bytes.ToArray();
    }

    public static void Rejects(string text, int line, string reason)
    {
        var malformed = Assert.Throws<MalformedHistoryException>(() => Read(text));
        Assert.Equal(("test", line), (malformed.File, malformed.Line));
        Assert.Contains(reason, malformed.Message, StringComparison.Ordinal);
    }

    public static IReadOnlyList<Operation<KvInput, KvOutput>> KeyValue(RecordedHistory history) =>
        Assert.IsType<RecordedHistory<KvState, KvInput, KvOutput>>(history).Operations;
}
