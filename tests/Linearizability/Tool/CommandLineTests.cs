using System.Text.RegularExpressions;
using RaftKv.HistoryChecker.Commands;
using Xunit;

namespace RaftKv.Linearizability.Tests.Tool;

public sealed class CommandLineTests : IDisposable
{
    private const string Legal = """{"c":1,"f":"get","k":"a","o":null,"t":[1,2]}""";
    private const string Illegal = """{"c":1,"f":"get","k":"a","o":"1","t":[1,2]}""";
    private readonly string _folder = Directory.CreateTempSubdirectory("historychecker").FullName;
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void Check_prints_a_verdict_for_each_file_and_ends_with_the_worst()
    {
        var (legal, illegal) = (Write("legal.jsonl", Legal), Write("illegal.jsonl", Illegal));
        Assert.Equal(ExitCode.Linearizable, Run("check", legal));
        Assert.Equal(ExitCode.Illegal, Run("check", illegal, legal));
        Assert.Contains("illegal.jsonl: illegal (kv, 1 operations;", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("legal.jsonl: linearizable (kv, 1 operations;", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_file_is_named_with_its_line_and_the_others_are_checked()
    {
        Assert.Equal(ExitCode.BadInput, Run("check", Write("bad.jsonl", "{}"), Write("illegal.jsonl", Illegal)));
        Assert.Contains("bad.jsonl:2: ", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("illegal.jsonl: illegal", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("check")]
    [InlineData("check", "no-such-file")]
    [InlineData("check", "--budget", "soon", "x")]
    [InlineData("check", "--memory", "-1M", "x")]
    [InlineData("score", "no-such-file")]
    public void Wrong_usage_ends_with_2(params string[] arguments) =>
        Assert.Equal(ExitCode.BadInput, Run(arguments));

    [Theory]
    [InlineData("'frobnicate'", "frobnicate")]
    [InlineData("'--bogus' is no option of check", "check", "--bogus")]
    [InlineData("'--bogus' is no option of generate", "generate", "--bogus", "3", "file")]
    [InlineData("'-x' is no option of score", "score", "table.tsv", "-x")]
    [InlineData("--budget: 'soon' is not a time", "check", "--budget", "soon", "file")]
    [InlineData("--fault: 'Foo' is none of None, Stale", "generate", "--fault", "Foo", "file")]
    [InlineData("--fault: '99' is none of", "generate", "--fault", "99", "file")]
    [InlineData("--unknown is a whole number from 0 to 100, not '101'", "generate", "--unknown", "101", "file")]
    [InlineData("--keys is a whole number from 1 to", "generate", "--keys", "many", "file")]
    [InlineData("--mix: 'pop' is no kind", "generate", "--mix", "get,pop", "file")]
    [InlineData("'TO'", "convert", "file")]
    public void A_mistake_is_named_in_one_line(string mistake, params string[] arguments)
    {
        Assert.Equal(ExitCode.BadInput, Run(arguments));
        Assert.Contains(mistake, _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public void Behind_two_dashes_everything_is_a_file()
    {
        Assert.Equal(ExitCode.BadInput, Run("check", "--", "--no-such-file"));
        Assert.Contains("--no-such-file: there is no such file", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Linearizable, Run("generate", "--seed", "-5", Path.Combine(_folder, "a.jsonl")));
    }

    [Fact]
    public void An_exhausted_budget_ends_with_3()
    {
        var crowd = Enumerable.Range(0, 40).Select(i =>
            $$"""{"c":{{i}},"f":"cas","k":"a","e":"{{i % 5}}","v":"{{i % 7}}","r":true,"t":[{{i}},{{1000 + i}}]}""");
        var hard = Write("hard.jsonl", [.. crowd, """{"c":99,"f":"put","k":"a","v":"0","t":[500,600]}"""]);
        Assert.Equal(ExitCode.Undecided, Run("check", "--memory", "64K", hard));
        Assert.Contains("hard.jsonl: undecided", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Score_compares_with_the_expected_verdicts()
    {
        Write("legal.jsonl", Legal);
        Write("illegal.jsonl", Illegal);
        var table = Path.Combine(_folder, "expected.tsv");
        File.WriteAllText(table, "file\texpected\nlegal.jsonl\tlinearizable\nillegal.jsonl\tillegal\n");
        Assert.Equal(ExitCode.Linearizable, Run("score", table));
        Assert.EndsWith("2 right, 0 wrong, 0 undecided\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("illegal.jsonl\tillegal\tillegal\t", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Linearizable, Run("score", "--explain", table));
        Assert.Contains("\tpeak_mib\texplain_ms\tcore\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Matches("\nillegal.jsonl\tillegal\tillegal\t[0-9.]+\t[0-9.]+\t[0-9.]+\t[0-9]+\n", _output.ToString());
        Assert.Equal(ExitCode.Linearizable, Run("score", "--online", "--cpu", table));
        Assert.Contains("\tpeak_mib\tonline\tevents_per_s\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Matches(
            "\nlegal.jsonl\t.*\tlinearizable\t[0-9]+\nillegal.jsonl\t.*\tillegal\t[0-9]+\n", _output.ToString());

        File.WriteAllText(table, "file\texpected\nlegal.jsonl\tillegal\n");
        Assert.Equal(ExitCode.Illegal, Run("score", table));
        File.WriteAllText(table, "file\texpected\n");
        Assert.Equal(ExitCode.BadInput, Run("score", table));
        Assert.Contains("names no file", _error.ToString(), StringComparison.Ordinal);
        File.WriteAllText(table, "file\texpected\nlegal.jsonl\n");
        Assert.Equal(ExitCode.BadInput, Run("score", table));
    }

    [Fact]
    public void Explain_names_the_core_and_writes_a_small_page()
    {
        var (history, page) = (Path.Combine(_folder, "big.jsonl"), Path.Combine(_folder, "page.html"));
        Assert.Equal(ExitCode.Linearizable, Run(
            "generate", "--operations", "20000", "--clients", "20", "--unknown", "2", "--fault", "Stale", history));
        Assert.Equal(ExitCode.Illegal, Run("explain", history, "-o", page));
        Assert.Contains(", although client ", _output.ToString(), StringComparison.Ordinal);
        var text = File.ReadAllText(page);
        Assert.InRange(text.Length, 5_000, 300_000);
        Assert.Equal(3, text.Split("tabindex=0 class='op core").Length - 1);
        var links = Regex.Matches(text, @"<a href='#(o\d+)'>").Select(link => link.Groups[1].Value).ToList();
        Assert.Equal(3, links.Count);
        Assert.All(links, link => Assert.Contains($"<div id={link} ", text, StringComparison.Ordinal));
        Assert.Contains("linearizable until just before", text, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Linearizable, Run("explain", Write("legal.jsonl", Legal), "-o", page));
        Assert.Equal(ExitCode.BadInput, Run("explain", history, "-o", Path.Combine(_folder, "no", "such", "page")));
    }

    [Fact]
    public void Convert_keeps_what_the_history_says()
    {
        var (log, lines) = (Path.Combine(_folder, "a.txt"), Path.Combine(_folder, "a.jsonl"));
        File.WriteAllText(log, """
            {:process 0, :type :invoke, :f :append, :key "0", :value "x \"0\""}
            {:process 0, :type :ok, :f :append, :key "0", :value "x \"0\""}
            {:process 1, :type :invoke, :f :put, :key "1", :value "lost"}
            {:process 0, :type :invoke, :f :get, :key "0", :value nil}
            {:process 0, :type :ok, :f :get, :key "0", :value "x \"0\""}
            """);
        var edn = Path.Combine(_folder, "b.edn");
        Assert.Equal(ExitCode.Linearizable, Run("convert", log, edn));
        Assert.Equal(ExitCode.Linearizable, Run("check", edn));
        Assert.Contains("b.edn: linearizable (kv, 3 operations, 1 of", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Linearizable, Run("convert", log, lines));
        Assert.Equal(ExitCode.Linearizable, Run("check", lines));
        Assert.Contains("a.jsonl: linearizable (kv, 3 operations, 1 of", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadInput, Run("convert", lines, edn));
        Assert.Contains("b.edn: Jepsen's notation cannot say a", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get,put", "None", "edn.gz")]
    [InlineData("get,put", "Stale", "edn")]
    [InlineData("get,put,append,delete,cas", "Swap", "jsonl.gz")]
    public void Converted_histories_get_the_same_verdict(string mix, string fault, string extension)
    {
        var (first, second, third) = (Named("a.jsonl.gz"), Named("b." + extension), Named("c.jsonl"));
        Assert.Equal(ExitCode.Linearizable, Run(
            "generate", "--keys", "3", "--unknown", "5", "--mix", mix, "--fault", fault, first));
        var expected = Run("check", "--verify", first);
        Assert.Equal(fault == "None" ? ExitCode.Linearizable : ExitCode.Illegal, expected);
        Assert.Equal(ExitCode.Linearizable, Run("convert", first, second));
        Assert.Equal(expected, Run("check", second));
        Assert.Equal(ExitCode.Linearizable, Run("convert", second, third));
        Assert.Equal(expected, Run("check", "--verify", third));
        Assert.Equal(2, Regex.Count(_output.ToString(), "  verified: "));
    }

    [Fact]
    public void What_keys_start_as_is_kept_or_refused()
    {
        var (log, lines) = (Named("a.txt"), Named("a.jsonl"));
        File.WriteAllText(log, """
            {:process 0, :type :invoke, :f :put, :key "0", :value ""}
            """);
        Assert.Equal(ExitCode.BadInput, Run("convert", log, lines));
        Assert.Contains("start as '', which is written, too", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(":read", ":write")]
    [InlineData(":r", ":w")]
    public void Transactions_are_converted(string r, string w)
    {
        var (first, second) = (Named("a.edn"), Named("b.edn"));
        string[] texts =
        [
            $"{{:process 0, :type :invoke, :f :txn, :value [[{w} \"x\" 2] [{r} \"y\" nil]]}}",
            $"{{:process 0, :type :ok, :f :txn, :value [[{w} \"x\" 2] [{r} \"y\" 7]]}}",
            $"{{:process 1, :type :invoke, :f :txn, :value [[{r} \"x\" nil]]}}",
        ];
        File.WriteAllLines(first, texts);
        Assert.Equal(ExitCode.Linearizable, Run("convert", first, second));
        Assert.Equal(texts, File.ReadAllLines(second));
    }

    [Fact]
    public void What_is_no_file_is_named()
    {
        Assert.Equal(ExitCode.BadInput, Run("check", _folder, "", "a\0b"));
        Assert.Contains($"{_folder}: a directory", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_in_words()
    {
        Assert.Equal(ExitCode.BadInput, Run("check", "/nowhere/h.jsonl", "no-such-file"));
        Assert.Equal(
            "/nowhere/h.jsonl: there is no such file\nno-such-file: there is no such file\n", _error.ToString());
    }

    [Fact]
    public void Score_goes_on_behind_what_cannot_be_read()
    {
        Write("legal.jsonl", Legal);
        var table = Named("expected.tsv");
        File.WriteAllText(
            table, "file\tmodel\texpected\r\nbad.jsonl\tkv\tillegal\r\nlegal.jsonl\tkv\tlinearizable\r\n\r\n");
        Assert.Equal(ExitCode.BadInput, Run("score", table));
        Assert.Contains("bad.jsonl\tunreadable\tillegal\t", _output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("1 right, 0 wrong, 1 undecided\n", _output.ToString(), StringComparison.Ordinal);
    }

    private string Named(string name) => Path.Combine(_folder, name);

    private int Run(params string[] arguments) => CommandLine.Run(arguments, _output, _error);

    private string Write(string name, params string[] operations)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllLines(
            path, [$$"""{"format":"kv-history-1","model":"kv","ops":{{operations.Length}}}""", .. operations]);
        return path;
    }
}
