using RaftKv.Rpc;

namespace RaftKv.Client;

/// <summary>Why each server that an operation has tried was of no use, when it was asked last.</summary>
internal sealed class ServerProblems(KnownServers servers)
{
    // Made with the first problem: most operations have none.
    private List<(string Address, string Problem, bool IsRefusal)>? _problems;

    public bool IsEmpty => _problems is null;

    /// <summary>Whether every known server has turned the Clerk away, so that asking again is of no use.</summary>
    public bool AllRefuse =>
        _problems is not null
        && servers.Addresses.All(endpoint => _problems.Exists(known => known.Address == endpoint && known.IsRefusal));

    /// <summary>Remembers the server's problem instead of an earlier one.</summary>
    public void Add(string address, in RpcResult result)
    {
        _problems ??= [];
        _problems.RemoveAll(known => known.Address == address);
        var problem = result.Reason ?? result.Reply!.Detail ?? $"it answered {result.Reply.Status}";
        _problems.Add((address, problem, result.Outcome == RpcOutcome.Refused));
    }

    /// <summary>For messages: the servers, those with the same problem together.</summary>
    public override string ToString() => _problems is null
        ? "no server was asked"
        : string.Join("; ", _problems.OrderBy(known => known.Address, StringComparer.Ordinal)
            .GroupBy(known => known.Problem, known => known.Address)
            .Select(alike => $"{string.Join(", ", alike)}: {alike.Key}"));
}
