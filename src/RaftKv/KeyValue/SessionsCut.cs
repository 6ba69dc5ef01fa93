using System.Buffers;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>
/// Fixes the sessions as they are, and writes them item by item: what is remembered may be long, and is shared with the
/// state until then.
/// </summary>
internal sealed class SessionsCut
{
    private readonly long _nowMs;
    private readonly (long TimeoutMs, Fixed[] Sessions)[] _byTimeout;

    public SessionsCut(ClientSessions sessions)
    {
        _nowMs = sessions.NowMs;
        _byTimeout =
        [
            .. sessions.ByTimeout.Select(each => (each.TimeoutMs, each.OldestFirst.Select(Fix).ToArray())),
        ];
    }

    /// <summary>Writes one item with each step.</summary>
    public IEnumerator<int> Write(IBufferWriter<byte> destination)
    {
        var items = 0;
        WriteVarint(destination, (ulong)_nowMs);
        WriteVarint(destination, (ulong)_byTimeout.Length);
        yield return ++items;
        foreach (var (timeoutMs, sessions) in _byTimeout)
        {
            WriteVarint(destination, (ulong)timeoutMs);
            WriteVarint(destination, (ulong)sessions.Length);
            Fixed before = default;
            foreach (var session in sessions)
            {
                WriteHead(destination, session, before);
                yield return ++items;
                foreach (var (request, result) in session.Results)
                {
                    WriteVarint(destination, request.Value);
                    destination.Write(KvResultCodec.Encode(result));
                    yield return ++items;
                }

                before = session;
            }
        }
    }

    private static Fixed Fix(ClientSession session) => new(
        session.Client, session.LastUsed, session.LastUsedMs, session.FirstUnacknowledged, [.. session.Results]);

    private static void WriteHead(IBufferWriter<byte> destination, in Fixed session, in Fixed before)
    {
        var head = new SpanWriter(destination.GetSpan(sizeof(ulong) + (4 * SpanWriter.MaxVarintBytes)));
        head.Fixed64(session.Client.Value);
        head.Varint((ulong)(session.LastUsed.Value - before.LastUsed.Value));
        head.Varint((ulong)(session.LastUsedMs - before.LastUsedMs));
        head.Varint(session.First.Value);
        head.Varint((ulong)session.Results.Length);
        destination.Advance(head.Written);
    }

    private static void WriteVarint(IBufferWriter<byte> destination, ulong value)
    {
        var writer = new SpanWriter(destination.GetSpan(SpanWriter.MaxVarintBytes));
        writer.Varint(value);
        destination.Advance(writer.Written);
    }

    private readonly record struct Fixed(
        ClientId Client, LogIndex LastUsed, long LastUsedMs, RequestId First, ClientSession.Remembered[] Results);
}
