using System.Text;
using RaftKv.Linearizability.Formats;
using Xunit;

namespace RaftKv.Linearizability.Tests.Formats;

/// <summary>Whatever is in a file, it is read or refused with its line.</summary>
public sealed class MutationTests
{
    private static readonly string[] _files =
    [
        """
        {"format":"kv-history-1","model":"kv","ops":4,"clients":2,"keys":1,"seed":1,"injected":""}
        {"c":1,"f":"put","k":"a","v":"é1","t":[1,10]}
        {"c":2,"f":"cas","k":"a","e":null,"v":"2","r":false,"o":"x","t":[5,9]}
        {"c":3,"f":"scan","k":"a","e":"b","n":10,"o":[["a","1"]],"t":[5,15]}
        {"c":4,"f":"txn","if":[["a","=","1"]],"then":[{"f":"get","k":"a"}],"else":[],"r":true,"o":["1"],"t":[16,20]}
        """,
        """
        ; a comment
        [#jepsen.history.Op{:index 0, :time 1, :type :invoke, :process 0, :f :cas, :value [0 1]}
         {:index 1, :type :info, :process :nemesis, :f :kill, :value #{"n1" \a}, :error [:x "b\nÿ" ##NaN #_ 4 nil]}
         {:index 2, :type :ok, :process 0, :f :cas, :value [0 1]}
         {:index 3, :type :invoke, :process 1, :f :read, :value nil}
         {:index 4, :type :ok, :process 1, :f :read, :value 1}]
        """,
        """
        {:process 0, :type :invoke, :f :txn, :value [[:write :x 2] [:read :y nil]]}
        {:process 0, :type :ok, :f :txn, :value [[:write :x 2] [:read :y 0]]}
        """,
        """
        {:process 0, :type :invoke, :f :append, :key "0", :value "x 0 0 y"}
        {:process 0, :type :ok, :f :append, :key "0", :value "x 0 0 y"}
        {:process 1, :type :invoke, :f :get, :key "0", :value nil}
        {:process 1, :type :ok, :f :get, :key "0", :value "x 0 0 y"}
        """,
        """
        INFO  jepsen.util - 0	:invoke	:cas	[3 4]
        INFO  jepsen.util - 0	:fail	:cas	[3 4]
        INFO  jepsen.util - :nemesis	:info	:start	nil
        INFO  jepsen.util - 1	:invoke	:read	nil
        INFO  jepsen.util - 1	:ok	:read	nil
        """,
        """
        [{"process":0,"type":"invoke","f":"write","value":[1,3],"index":0},
         {"process":0,"type":"ok","f":"write","value":[1,3],"index":1},
         {"process":"nemesis","type":"info","f":"start","value":{"a":[1.5e3,null,true,"é"]}}]
        """,
    ];

    public static TheoryData<int> Files => [.. Enumerable.Range(0, _files.Length)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_is_cut_anywhere_is_read_or_refused(int file)
    {
        var whole = Encoding.UTF8.GetBytes(_files[file]);
        for (var length = 0; length <= whole.Length; length++)
            ReadOrRefuse(whole[..length]);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_was_tampered_with_is_read_or_refused(int file)
    {
        var whole = Encoding.UTF8.GetBytes(_files[file]);
        string[] tokens =
        [
            "\"", "{", "}", "[", "]", "#", "#_", "^", "\\", "\\u12", "nil", "null", ":", ",", "99999999999999999999",
            "-1", "1e400", "NaN", "\0", "\r\n", ";", "\"\\ud800\"", "9223372036854775807", "#{", "\uFEFF", "true",
        ];
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var bytes = whole.ToList();
            for (var change = random.Next(3); change >= 0; change--)
            {
                var (at, length) = (random.Next(bytes.Count), random.Next(1, 30));
                var piece = bytes.GetRange(at, Math.Min(length, bytes.Count - at));
                switch (random.Next(4))
                {
                    case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                    case 1: bytes.InsertRange(random.Next(bytes.Count), piece); break;
                    case 2 when piece.Count < bytes.Count: bytes.RemoveRange(at, piece.Count); break;
                    default: bytes.InsertRange(at, Encoding.UTF8.GetBytes(tokens[random.Next(tokens.Length)])); break;
                }
            }

            ReadOrRefuse([.. bytes]);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Ends_of_lines_and_a_byte_order_mark_do_not_matter(int file)
    {
        var plain = HistoryText.Read(_files[file]);
        var dressed = HistoryText.Read("\uFEFF" + _files[file].ReplaceLineEndings("\r\n"));
        Assert.Equal((plain.Model, plain.Count), (dressed.Model, dressed.Count));
        Assert.Equal(plain.Check().Verdict, dressed.Check().Verdict);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    [InlineData("#_")]
    [InlineData("^")]
    [InlineData("#a ")]
    [InlineData("[{\"process\":")]
    public void Deep_nesting_is_refused(string what) =>
        ReadOrRefuse(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(what, 100_000))), mayBeRead: false);

    private static void ReadOrRefuse(byte[] bytes, bool mayBeRead = true)
    {
        try
        {
            var history = HistoryText.Read(bytes);
            history.Check(new Budget { Steps = 10_000 });
            Assert.True(mayBeRead);
        }
        catch (MalformedHistoryException malformed)
        {
            Assert.InRange(malformed.Line, 1, bytes.Count(one => one is (byte)'\n' or (byte)'\r') + 2);
            Assert.NotEmpty(malformed.Reason);
        }
    }
}
