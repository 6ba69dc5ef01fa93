using System.Runtime.InteropServices;
using RaftKv.KeyValue;

namespace RaftKv.Server;

/// <summary>
/// The requests that this server has proposed and does not know the end of. One that is repeated meanwhile waits for
/// the entry that it has already: a log that grew with every attempt would, once it is slower than its clients are
/// patient, fall further behind with each of them.
/// </summary>
/// <remarks>
/// It saves entries, no more. That a write is applied once is up to the state machine's table, so that nothing has to
/// be known here of entries that an earlier leader has brought. At most two callers wait for an entry, the first and
/// the latest, however long it takes.
/// </remarks>
internal sealed class RequestsUnderWay(Func<KvCommand, ValueTask<KvReply>> propose)
{
    private readonly Dictionary<(ClientId, RequestId, KvOperation), TaskCompletionSource<KvReply>?> _latest = [];

    /// <summary>How many requests.</summary>
    public int Count => _latest.Count;

    /// <summary>Proposes a command, unless it is under way already; its answer.</summary>
    public async ValueTask<KvReply> RunAsync(KvCommand command)
    {
        // What keeps a session alive is the time that it carries. Who does not say who he is repeats nothing.
        if (command.Operation == KvOperation.KeepAlive || command.ClientId == default)
            return await propose(command);
        var request = (command.ClientId, command.RequestId, command.Operation);
        ref var latest = ref CollectionsMarshal.GetValueRefOrAddDefault(_latest, request, out var isRepeated);
        if (isRepeated)
        {
            var earlier = latest;
            latest = new TaskCompletionSource<KvReply>();
            var answer = latest.Task;
            earlier?.SetResult(new KvReply(KvStatus.Unknown, "the request was sent again"));
            return await answer;
        }

        var reply = new KvReply(KvStatus.Unknown, "the server failed");
        try
        {
            return reply = await propose(command);
        }
        finally
        {
            _latest.Remove(request, out var repetition);
            repetition?.SetResult(reply);
        }
    }
}
