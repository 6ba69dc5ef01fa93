using RaftKv.KeyValue;
using RaftKv.Rpc;

namespace RaftKv.Client;

/// <summary>Why each server that an operation has tried was of no use, when it was asked last.</summary>
internal sealed class ServerProblems
{
    // Made with the first problem: most operations have none.
    private List<Problem>? _problems;
    private int _refusals;

    public bool IsEmpty => _problems is null;

    /// <summary>Whether something was sent to a server, be it one without a problem.</summary>
    public bool SomeWereSent { get; set; }

    /// <summary>Whether a server has turned the Clerk away.</summary>
    public bool SomeRefuse => _refusals > 0;

    /// <summary>Whether all of these servers have turned the Clerk away, so that asking again is of no use.</summary>
    public bool AllRefuse(IReadOnlyList<string> servers) => _refusals > 0 && servers.All(Refuses);

    /// <summary>Remembers the server's problem instead of an earlier one.</summary>
    public void Add(string address, in RpcResult result)
    {
        _problems ??= [];
        if (Find(address) is >= 0 and var earlier)
        {
            _refusals -= _problems[earlier].IsRefusal ? 1 : 0;
            _problems.RemoveAt(earlier);
        }

        var problem = new Problem(
            address, result.Reason ?? result.Reply!.Detail, result.Reply?.Status, result.Outcome == RpcOutcome.Refused);
        _refusals += problem.IsRefusal ? 1 : 0;
        _problems.Add(problem);
    }

    /// <summary>For messages: the servers, those with the same problem together.</summary>
    public override string ToString() => _problems is null
        ? "no server was asked"
        : string.Join("; ", _problems.OrderBy(known => known.Address, StringComparer.Ordinal)
            .GroupBy(known => known.Text, known => known.Address)
            .Select(alike => $"{string.Join(", ", alike)}: {alike.Key}"));

    private bool Refuses(string address) => Find(address) is >= 0 and var known && _problems![known].IsRefusal;

    private int Find(string address)
    {
        for (var i = 0; i < _problems!.Count; i++)
        {
            if (_problems[i].Address == address)
                return i;
        }

        return -1;
    }

    private readonly record struct Problem(string Address, string? Reason, KvStatus? Status, bool IsRefusal)
    {
        public string Text => Reason ?? $"it answered {Status}";
    }
}
