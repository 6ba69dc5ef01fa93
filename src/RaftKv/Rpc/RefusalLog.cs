using Microsoft.Extensions.Logging;

namespace RaftKv.Rpc;

/// <summary>
/// Warns of diallers that are refused, but only now and then: whoever is refused tries again, many times a second.
/// </summary>
internal sealed class RefusalLog(ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(10);

    private long? _last;
    private long _untold;

    public void Add(string address, string reason)
    {
        if (_last is { } last && time.GetElapsedTime(last) < _pause)
        {
            _untold++;
            return;
        }

        _last = time.GetTimestamp();
        if (_untold == 0)
            RpcLog.Refused(logger, address, reason);
        else
            RpcLog.RefusedAgain(logger, address, reason, _untold);
        _untold = 0;
    }
}
