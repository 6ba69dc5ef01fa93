using System.IO.Compression;
using System.Text;
using RaftKv.Linearizability.Formats;
using Xunit;

namespace RaftKv.Linearizability.Tests.Formats;

public sealed class GzipTests
{
    private const string Header = """{"format":"kv-history-1","model":"kv","ops":1,"injected":""}""";
    private const string Line = """{"c":1,"f":"put","k":"a","v":"1","t":[1,2]}""";
    private static readonly byte[] _plain = Encoding.UTF8.GetBytes(Header + "\n" + Line);

    [Fact]
    public void A_gzipped_file_is_read() => Assert.Equal(1, HistoryText.Read(HistoryText.Gzip(_plain)).Count);

    [Fact]
    public void A_truncated_file_is_refused()
    {
        var whole = HistoryText.Gzip(_plain);
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<MalformedHistoryException>(() => HistoryText.Read(whole[..length]));
    }

    /// <summary>As <c>cat a.gz b.gz</c>, bgzip and pigz make them, empty ones and long ones too.</summary>
    [Fact]
    public void Several_members_are_one_file()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var operations = random.Next(1, seed % 2 == 0 ? 10 : 5_000);
            var text = new StringBuilder(Header.Replace("1,\"inj", $"{operations},\"inj", StringComparison.Ordinal));
            for (var i = 0; i < operations; i++)
                text.Append('\n').Append(Line.Replace("\"1\"", $"\"{random.Next()}\"", StringComparison.Ordinal));
            var plain = Encoding.UTF8.GetBytes(text.ToString());
            var file = new List<byte>();
            for (int at = 0, next; at < plain.Length; at = next)
            {
                next = Math.Min(plain.Length, at + (random.Next(4) == 0 ? 0 : random.Next(1 << random.Next(20))));
                file.AddRange(HistoryText.Gzip(plain[at..next]));
            }

            Assert.Equal(operations, HistoryText.Read([.. file]).Count);
        }
    }

    [Fact]
    public void Of_several_members_none_may_be_cut_or_followed_by_something_else()
    {
        var half = HistoryText.Gzip(_plain[..40]);
        byte[] whole = [.. half, .. HistoryText.Gzip(_plain[40..])];
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<MalformedHistoryException>(() => HistoryText.Read(whole[..length]));
        for (var end = 0; end < 256; end++)
            Assert.Throws<MalformedHistoryException>(() => HistoryText.Read([.. whole, (byte)end]));
        Assert.Throws<MalformedHistoryException>(() => HistoryText.Read([.. half[..^4], .. whole]));
    }

    /// <summary>Between two blocks, as after a flush, the decompressor does not notice.</summary>
    [Fact]
    public void A_log_that_is_cut_after_a_flush_is_refused()
    {
        var bytes = new MemoryStream();
        var cut = 0L;
        using (var zip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var process = 1; process <= 2; process++)
            {
                zip.Write(Encoding.UTF8.GetBytes(
                    $"{{:process {process}, :type :invoke, :f :get, :key \"a\", :value nil}}\n"));
                zip.Flush();
                cut = cut == 0 ? bytes.Length : cut;
            }
        }

        var whole = bytes.ToArray();
        Assert.Equal(2, HistoryText.Read(whole).Count);
        Assert.Throws<MalformedHistoryException>(() => HistoryText.Read(whole[..(int)cut]));
    }
}
