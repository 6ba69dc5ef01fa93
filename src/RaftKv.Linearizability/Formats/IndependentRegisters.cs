using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Formats;

/// <summary>
/// Jepsen's tests of many registers (jepsen.independent): the value of an event is a pair of a key and what a single
/// register would have. Every register holds nothing at first.
/// </summary>
internal sealed class IndependentRegisters(LineReader lines)
{
    public delegate IReadOnlyList<Operation<KvInput, KvOutput>> Pairing(
        List<EdnEvent> events, Func<EdnEvent, KvInput> input, Func<KvInput, EdnEvent, (KvInput, KvOutput)?> answer);

    /// <summary>A register alone is never read or written with a pair.</summary>
    public static bool Recognises(List<EdnEvent> events) => events.Exists(one =>
        one is { Type: "invoke", Function: "read" or "write", Value: { Kind: EdnKind.Sequence, Items.Count: 2 } }
            or { Type: "invoke", Function: "cas", Value.Items: [_, { Kind: EdnKind.Sequence, Items.Count: 2 }] });

    public RecordedHistory Read(List<EdnEvent> events, Pairing pair) =>
        new RecordedHistory<KvState, KvInput, KvOutput>("kv", new KvModel(), pair(events, Input, Answer));

    private KvInput Input(EdnEvent one)
    {
        if (one.Value is not { Kind: EdnKind.Sequence, Items: [{ Items.Count: 0 } key, var value] })
            throw Malformed(one, "a pair of key and value is expected, as in the events before");
        return one.Function switch
        {
            "read" => KvInput.Get(key.Text),
            "write" => KvInput.Put(key.Text, Leaf(one, value)),
            "cas" when value is { Kind: EdnKind.Sequence, Items: [var expected, var next] } =>
                KvInput.CompareAndSet(key.Text, expected.IsNil ? null : Leaf(one, expected), Leaf(one, next)),
            _ => throw Malformed(one, $"':{one.Function}' with such a value has no meaning"),
        };
    }

    private (KvInput, KvOutput)? Answer(KvInput asked, EdnEvent ok)
    {
        if (Input(ok) != asked)
            throw Malformed(ok, $"process {ok.Process} completes another operation than it invoked");
        if (asked.Kind != KvKind.Get)
            return (asked, KvOutput.Done);
        var read = ok.Value!.Items[1];
        return (asked, KvOutput.Read(read.IsNil ? null : Leaf(ok, read)));
    }

    private string Leaf(EdnEvent one, EdnNode node) => node is { Kind: EdnKind.Symbol or EdnKind.String, IsNil: false }
        ? node.Text
        : throw Malformed(one, EdnEvent.NoLeaf(one.Function, node));

    private MalformedHistoryException Malformed(EdnEvent one, string reason) => lines.Malformed(reason, one.Line);
}
