using System.Text;
using System.Text.Json;
using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Formats;

/// <summary>Parses the operations of kv-history-1, sharing equal strings between them.</summary>
internal sealed class KvHistoryLine
{
    private readonly HashSet<string> _strings = [];
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _stringsByChars;
    private byte[] _utf8 = new byte[256];
    private char[] _chars = new char[256];
    private Fields _present;
    private string? _observed;
    private string? _value;
    private string? _expected;
    private bool _succeeded;
    private int _limit;
    private JsonElement _items;
    private JsonElement _conditions;
    private JsonElement _then;
    private JsonElement _else;

    public KvHistoryLine() => _stringsByChars = _strings.GetAlternateLookup<ReadOnlySpan<char>>();

    [Flags]
    private enum Fields
    {
        None = 0,
        Client = 1,
        Kind = 2,
        Key = 4,
        Time = 8,
        Observed = 16,
        Value = 32,
        Expected = 64,
        Result = 128,
        Limit = 256,
        Conditions = 512,
        Then = 1024,
        Else = 2048,
        Always = Client | Kind | Time,
    }

    /// <exception cref="JsonException">The line is not a JSON object.</exception>
    /// <exception cref="FormatException">The object is not an operation.</exception>
    public Operation<KvInput, KvOutput> Parse(string line)
    {
        if (_utf8.Length < Encoding.UTF8.GetMaxByteCount(line.Length))
            _utf8 = new byte[Encoding.UTF8.GetMaxByteCount(line.Length)];
        var json = new Utf8JsonReader(_utf8.AsSpan(0, Encoding.UTF8.GetBytes(line, _utf8)));
        (_present, _observed, _value, _expected, _succeeded) = (Fields.None, null, null, null, false);
        (_limit, _items) = (0, default);
        var client = 0;
        string? kind = null, key = null;
        long call = 0;
        long? @return = null;
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            throw new FormatException("not a JSON object");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldOf(ref json);
            if ((_present & field) != 0)
                throw new FormatException($"the field '{json.GetString()}' comes twice");
            _present |= field;
            json.Read();
            switch (field)
            {
                case Fields.Client: client = Integer<int>(ref json, "c"); break;
                case Fields.Kind: kind = Text(ref json, "f") ?? throw new FormatException("'f' is null"); break;
                case Fields.Key: key = Text(ref json, "k") ?? throw new FormatException("'k' is null"); break;
                case Fields.Observed when json.TokenType == JsonTokenType.StartArray:
                    _items = JsonElement.ParseValue(ref json);
                    break;
                case Fields.Observed: _observed = Text(ref json, "o"); break;
                case Fields.Value: _value = Text(ref json, "v") ?? throw new FormatException("'v' is null"); break;
                case Fields.Expected: _expected = Text(ref json, "e"); break;
                case Fields.Result: _succeeded = Boolean(ref json); break;
                case Fields.Limit: _limit = Integer<int>(ref json, "n"); break;
                case Fields.Conditions: _conditions = JsonElement.ParseValue(ref json); break;
                case Fields.Then: _then = JsonElement.ParseValue(ref json); break;
                case Fields.Else: _else = JsonElement.ParseValue(ref json); break;
                default: (call, @return) = Interval(ref json); break;
            }
        }

        if (json.Read())
            throw new FormatException("more follows the operation");
        if ((_present & Fields.Always) != Fields.Always)
            throw new FormatException("an operation needs 'c', 'f' and 't'");
        var (input, output) = Content(kind!, key, isKnown: @return is not null);
        return @return is { } at ? new(client, input, output, call, at) : new(client, input, call);
    }

    private (KvInput Input, KvOutput Output) Content(string kind, string? key, bool isKnown)
    {
        CheckFields(kind, isKnown);
        return kind switch
        {
            "get" => (KvInput.Get(key!), KvOutput.Read(_observed)),
            "put" => (KvInput.Put(key!, _value!), KvOutput.Done),
            "append" => (KvInput.Append(key!, _value!), KvOutput.Done),
            "delete" => (KvInput.Delete(key!), KvOutput.Done),
            "cas" => (KvInput.CompareAndSet(key!, _expected, _value!), SwapAnswer()),
            "scan" => (KvHistoryTransaction.Scan(key!, _expected, _limit),
                isKnown ? KvHistoryTransaction.Scanned(_items) : default),
            _ => Transaction(isKnown),
        };
    }

    private KvOutput SwapAnswer() => _succeeded ? KvOutput.Done
        : (_present & Fields.Observed) != 0 ? KvOutput.Found(_observed)
        : KvOutput.Mismatch;

    private (KvInput, KvOutput) Transaction(bool isKnown)
    {
        var transaction = KvHistoryTransaction.Read(
            (_present & Fields.Conditions) != 0 ? _conditions : default,
            _then,
            (_present & Fields.Else) != 0 ? _else : default);
        return (KvInput.Transact(transaction),
            isKnown ? KvHistoryTransaction.Answer(transaction, _succeeded, _items) : default);
    }

    private void CheckFields(string kind, bool isKnown)
    {
        // What there must be, what there is when the outcome is known, and what there may be.
        var (fields, answer, optional) = kind switch
        {
            "get" => (Fields.Key, Fields.Observed, Fields.None),
            "put" or "append" => (Fields.Key | Fields.Value, Fields.None, Fields.None),
            "delete" => (Fields.Key, Fields.None, Fields.None),
            "cas" => (Fields.Key | Fields.Value | Fields.Expected, Fields.Result,
                isKnown && !_succeeded ? Fields.Observed : Fields.None),
            "scan" => (Fields.Key | Fields.Expected, Fields.Observed, Fields.Limit),
            "txn" => (Fields.Then, Fields.Result | Fields.Observed, Fields.Conditions | Fields.Else),
            _ => throw new FormatException(
                $"'{kind}' is no kind of operation: get, put, append, delete, cas, scan or txn"),
        };
        var needed = isKnown ? fields | answer : fields;
        var unexpected = _present & ~Fields.Always & ~needed & ~optional;
        var showsItems = _items.ValueKind != JsonValueKind.Undefined;
        // What reads may carry a null in place of what it read when the outcome is unknown.
        if (!isKnown && unexpected == Fields.Observed && _observed is null && !showsItems)
            unexpected = Fields.None;
        if ((_present & needed) != needed || unexpected != Fields.None)
            throw new FormatException($"a {kind} of {(isKnown ? "known" : "unknown")} outcome has other fields");
        if (isKnown && (_present & Fields.Observed) != 0 && showsItems != kind is ("scan" or "txn"))
            throw new FormatException($"'o' of a {kind} is {(showsItems ? "no array" : "an array")}");
    }

    private static Fields FieldOf(ref Utf8JsonReader json) =>
        json.ValueTextEquals("c"u8) ? Fields.Client
        : json.ValueTextEquals("f"u8) ? Fields.Kind
        : json.ValueTextEquals("k"u8) ? Fields.Key
        : json.ValueTextEquals("t"u8) ? Fields.Time
        : json.ValueTextEquals("o"u8) ? Fields.Observed
        : json.ValueTextEquals("v"u8) ? Fields.Value
        : json.ValueTextEquals("e"u8) ? Fields.Expected
        : json.ValueTextEquals("r"u8) ? Fields.Result
        : json.ValueTextEquals("n"u8) ? Fields.Limit
        : json.ValueTextEquals("if"u8) ? Fields.Conditions
        : json.ValueTextEquals("then"u8) ? Fields.Then
        : json.ValueTextEquals("else"u8) ? Fields.Else
        : throw new FormatException($"unknown field '{json.GetString()}'");

    private string? Text(ref Utf8JsonReader json, string field)
    {
        if (json.TokenType == JsonTokenType.Null)
            return null;
        if (json.TokenType != JsonTokenType.String)
            throw new FormatException($"'{field}' is not a string");
        if (_chars.Length < json.ValueSpan.Length)
            _chars = new char[json.ValueSpan.Length];
        var chars = _chars.AsSpan(0, json.CopyString(_chars));
        if (_stringsByChars.TryGetValue(chars, out var known))
            return known;
        var text = new string(chars);
        _strings.Add(text);
        return text;
    }

    private static T Integer<T>(ref Utf8JsonReader json, string field)
        where T : System.Numerics.INumberBase<T> =>
        json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var value)
            && T.CreateSaturating(value) is var number && long.CreateSaturating(number) == value
            ? number
            : throw new FormatException($"'{field}' is not an integer");

    private static bool Boolean(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw new FormatException("'r' is not true or false"),
    };

    private static (long Call, long? Return) Interval(ref Utf8JsonReader json)
    {
        const string Wrong = "'t' is not [call, return]";
        if (json.TokenType != JsonTokenType.StartArray || !json.Read())
            throw new FormatException(Wrong);
        var call = Integer<long>(ref json, "t");
        json.Read();
        long? @return = json.TokenType == JsonTokenType.Null ? null : Integer<long>(ref json, "t");
        if (call == long.MaxValue || @return == long.MaxValue)
            throw new FormatException("'t' is too large");
        if (@return < call)
            throw new FormatException($"returns at {@return}, before its call at {call}");
        return json.Read() && json.TokenType == JsonTokenType.EndArray
            ? (call, @return)
            : throw new FormatException(Wrong);
    }
}
