using Xunit;

namespace RaftKv.Linearizability.Tests.Formats;

public sealed class EdnTests
{
    [Theory]
    [InlineData("0", Verdict.Linearizable)]
    [InlineData("1", Verdict.Illegal)]
    [InlineData("nil", Verdict.Linearizable)]
    public void A_register_starts_as_0_and_a_read_of_nil_says_nothing(string read, Verdict expected) =>
        Assert.Equal(expected, HistoryText.Check($$"""
            ; a comment
            [{:process 1, :type :invoke, :f :read, :value nil}
             {:process :nemesis, :type :info, :f :kill}
             {:process 1, :type :ok, :f :read, :value {{read}}, :time 12, :error #tag [:a "b\n"]}]
            """));

    [Fact]
    public void What_failed_did_not_happen() => Assert.Equal(Verdict.Illegal, HistoryText.Check("""
        ({:process 1, :type :invoke, :f :cas, :value [0 5]}
         {:process 1, :type :fail, :f :cas, :value [0 5]}
         {:process 1, :type :invoke, :f :read}
         {:process 1, :type :ok, :f :read, :value 5})
        """));

    [Fact]
    public void What_has_no_answer_is_of_unknown_outcome() => Assert.Equal(Verdict.Linearizable, HistoryText.Check("""
        {:process 1, :type :invoke, :f :write, :value 5}
        {:process 1, :type :info, :f :write, :value 5}
        {:process 2, :type :invoke, :f :write, :value 6}
        {:process 3, :type :invoke, :f :read, :value nil}
        {:process 3, :type :ok, :f :read, :value 6}
        {:process 4, :type :invoke, :f :read, :value nil}
        {:process 4, :type :ok, :f :read, :value 5}
        """));

    [Theory]
    [InlineData(":acquire", Verdict.Illegal)]
    [InlineData(":release", Verdict.Linearizable)]
    public void A_mutex_starts_free(string second, Verdict expected) => Assert.Equal(expected, HistoryText.Check($$"""
        [{:process 1, :type :invoke, :f :acquire} {:process 1, :type :ok, :f :acquire}
         {:process 2, :type :invoke, :f {{second}}} {:process 2, :type :ok, :f {{second}}}]
        """));

    [Theory]
    [InlineData("2", "2", Verdict.Linearizable)]
    [InlineData("2", "0", Verdict.Illegal)]
    [InlineData("nil", "2", Verdict.Linearizable)]
    public void A_transaction_is_atomic(string x, string y, Verdict expected) =>
        Assert.Equal(expected, HistoryText.Check($$"""
            [{:process 1, :type :invoke, :f :txn, :value [[:write :x 2] [:write :y 2]]}
             {:process 1, :type :ok, :f :txn, :value [[:write :x 2] [:write :y 2]]}
             {:process 2, :type :invoke, :f :txn, :value [[:read :x nil] [:read :y nil]]}
             {:process 2, :type :ok, :f :txn, :value [[:read :x {{x}}] [:read :y {{y}}]]}]
            """));

    [Theory]
    [InlineData("x 0 0 y", Verdict.Linearizable)]
    [InlineData("", Verdict.Illegal)]
    public void A_key_value_log_starts_with_empty_strings(string read, Verdict expected) =>
        Assert.Equal(expected, HistoryText.Check($$"""
            {:process 0, :type :invoke, :f :get, :key "0", :value nil}
            {:process 0, :type :ok, :f :get, :key "0", :value ""}
            {:process 0, :type :invoke, :f :append, :key "0", :value "x 0 0 y"}
            {:process 0, :type :ok, :f :append, :key "0", :value "x 0 0 y"}
            {:process 0, :type :invoke, :f :get, :key "0", :value nil}
            {:process 0, :type :ok, :f :get, :key "0", :value "{{read}}"}
            """));

    [Fact]
    public void A_history_without_operations_is_linearizable() =>
        Assert.Equal(Verdict.Linearizable, HistoryText.Check("[{:process :nemesis, :type :info, :f :kill}]"));

    [Theory]
    [InlineData("3", Verdict.Linearizable)]
    [InlineData("nil", Verdict.Illegal)]
    public void Jepsens_records_and_independent_registers_are_read(string read, Verdict expected) =>
        Assert.Equal(expected, HistoryText.Check($$"""
            #jepsen.history.Op{:index 0, :time 1, :type :invoke, :process 0, :f :write, :value [7 1]}
            #jepsen.history.Op{:index 1, :time 2, :type :ok, :process 0, :f :write, :value [7 1]}
            #jepsen.history.Op{:index 2, :time 3, :type :info, :process :nemesis, :f :kill, :value nil}
            #jepsen.history.Op{:index 3, :time 4, :type :invoke, :process 0, :f :cas, :value [7 [1 3]]}
            #jepsen.history.Op{:index 4, :time 5, :type :ok, :process 0, :f :cas, :value [7 [1 3]]}
            #jepsen.history.Op{:index 5, :time 6, :type :invoke, :process 1, :f :read, :value [8 nil]}
            #jepsen.history.Op{:index 6, :time 7, :type :ok, :process 1, :f :read, :value [8 nil]}
            #jepsen.history.Op{:index 7, :time 8, :type :invoke, :process 1, :f :read, :value [7 nil]}
            #jepsen.history.Op{:index 8, :time 9, :type :ok, :process 1, :f :read, :value [7 {{read}}]}
            """));

    [Theory]
    [InlineData("", "", "\n", "3", Verdict.Linearizable)]
    [InlineData("[", "]", ",\n", "3", Verdict.Linearizable)]
    [InlineData("", "", "\n", "4", Verdict.Illegal)]
    public void Jepsens_json_is_read(string open, string close, string separator, string read, Verdict expected) =>
        Assert.Equal(expected, HistoryText.Check(open + string.Join(
            separator,
            """{"index":0,"time":1,"type":"invoke","process":0,"f":"write","value":3}""",
            """{"index":1,"time":2,"type":"info","process":"nemesis","f":"start","value":null}""",
            """{"index":2,"time":3,"type":"ok","process":0,"f":"write","value":3}""",
            """{"index":3,"time":4,"type":"invoke","process":1,"f":"read","value":null}""",
            $$"""{"index":4,"time":5,"type":"ok","process":1,"f":"read","value":{{read}}}""") + close));

    [Theory]
    [InlineData("""{"process":0,"type":"invoke","f":"read"}""" + "\n{", 2, "no JSON at byte 1: ")]
    [InlineData("""[{"process":0,"type":"invoke","f":"read"},""" + "\n5]", 2, "a map is expected")]
    [InlineData("[\n{\n\"process\":\"0\",\"type\":\"invoke\",\"f\":\"read\"}]", 2, "neither a number nor a name")]
    [InlineData("""{"process":null,"type":"invoke","f":"read"}""", 1, "neither a number nor a name")]
    [InlineData("""[{"process":0,"type":"invoke","f":"read"},""" + "\n", 1, "")]
    public void Malformed_json_is_refused(string text, int line, string reason) =>
        HistoryText.Rejects(text, line, reason);

    [Theory]
    [InlineData("[{:process 1, :type :invoke, :f :read}", "ends inside what began on line 1")]
    [InlineData("[{:process 1, :type :invoke, :f :read", "ends inside")]
    [InlineData("[{:process 1, :type :invoke, :f}]", "a key without a value")]
    [InlineData("[{:process 1, :type :invoke, :f :read}]]", "closes nothing")]
    [InlineData("[{:type :invoke, :f :read}]", "without :process")]
    [InlineData("[{:process 1x, :type :invoke, :f :read}]", "neither a number nor a name")]
    [InlineData("[{:process \"1\", :type :invoke, :f :read}]", "neither a number nor a name")]
    [InlineData("[{:process nil, :type :invoke, :f :read}]", "neither a number nor a name")]
    [InlineData("[{:process 1, :process 2, :type :invoke, :f :read}]", ":process twice")]
    [InlineData("[{:process 1, :type :invoke, :f :write, :value {:a 1}}]", "not a collection")]
    [InlineData("[{:index 7, :process 1, :type :invoke, :f :read} {:index 7, :process 2, :type :invoke, :f :read}]",
        "comes after that of 7")]
    [InlineData("; nothing else", "the file is empty")]
    [InlineData("[{:process 1, :type :began, :f :read}]", "type 'began'")]
    [InlineData("[{:process 1, :type :invoke}]", "without :f")]
    [InlineData("[{:process 1, :type :invoke, :f :write}]", "not nil")]
    [InlineData("[{:process 1, :type :invoke, :f :cas, :value [1]}]", "no meaning")]
    [InlineData("[{:process 1, :type :invoke, :f :enqueue, :value 1}]", "no meaning")]
    [InlineData("[{:process 1, :type :ok, :f :read, :value 1}]", "no operation open")]
    [InlineData("[5]", "a map is expected")]
    [InlineData("[\"unended]", "inside the string that began on line 1")]
    [InlineData("[{:process 1, :type :invoke, :f :get, :value nil}]", "without :key")]
    [InlineData("[{:process 1, :type :invoke, :f :txn, :value [[:swap :x 1]]}]", "neither a read nor a write")]
    public void A_malformed_history_is_refused(string text, string reason) => HistoryText.Rejects(text, 1, reason);

    [Theory]
    [InlineData("1", Verdict.Linearizable)]
    [InlineData("2", Verdict.Illegal)]
    public void What_Clojure_prints_is_read(string read, Verdict expected) =>
        Assert.Equal(expected, HistoryText.Check($$"""
        #_ "left out"
        [
         { :process 1 :type :invoke :f :write :value 1 :nodes #{"n1" "n2" "n3"} :sign \} :say "two
        lines \b\f\u00e9" }
         #_ #_ {:process 2} {:process 1, :type :ok, :f :write}
         ^{:line 7} {:process 1, :type :ok, :f :write, :value 1, :latency ##Inf, :pattern #"\d\"+", :fn #'a/b}
         {:process 1, :type :invoke, :f :read, :value nil, :at #inst "2026-01-01T00:00:00.000-00:00"}
         {:process 1, :type :ok, :f :read, :value {{read}} :error #object[a.B 0x1 "a.B@1"]}]
        """));

    [Theory]
    [InlineData(":r", ":w", "nil", Verdict.Illegal)]
    [InlineData(":r", ":w", "1", Verdict.Linearizable)]
    [InlineData(":read", ":write", "nil", Verdict.Linearizable)]
    public void In_Jepsens_own_transactions_nil_is_what_nobody_wrote(
        string r, string w, string read, Verdict expected) =>
        Assert.Equal(expected, HistoryText.Check($$"""
            {:process 1, :type :invoke, :f :txn, :value [[{{r}} 5 nil] [{{w}} 5 1]]}
            {:process 1, :type :ok, :f :txn, :value [[{{r}} 5 nil] [{{w}} 5 1]]}
            {:process 1, :type :invoke, :f :txn, :value [[{{r}} 5 nil]]}
            {:process 1, :type :ok, :f :txn, :value [[{{r}} 5 {{read}}]]}
            """));

    [Fact]
    public void Pretty_printed_json_is_read() => Assert.Equal(Verdict.Illegal, HistoryText.Check("""
        {
          "process": 0, "type": "invoke", "f": "read", "value": null
        }
        {
          "process": 0, "type": "ok", "f": "read", "value": 7
        }
        """));

    [Fact]
    public void Deep_nesting_is_refused() => HistoryText.Rejects(new string('[', 100_000), 1, "too deeply");
}
