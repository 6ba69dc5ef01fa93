using RaftKv.KeyValue;

namespace RaftKv.Client;

/// <summary>
/// The servers that may be asked: the members of the newest configuration heard of, and those that the Clerk was told
/// of at first, of which some may have left since.
/// </summary>
internal sealed class KnownServers
{
    private const int MaxLearned = 64;

    private readonly IReadOnlyList<string> _endpoints;
    private long _version = -1;

    public KnownServers(IReadOnlyList<string> endpoints) => Addresses = _endpoints = endpoints;

    /// <summary>Their addresses, without repetition.</summary>
    public IReadOnlyList<string> Addresses { get; private set; }

    /// <summary>A server has said who the members are. Older news than the last is dropped.</summary>
    public void Learn(KvMembers? members)
    {
        if (members is null || members.Version <= _version || members.Addresses.Count is 0 or > MaxLearned)
            return;
        _version = members.Version;
        Addresses = [.. members.Addresses.Where(address => address.Length > 0).Concat(_endpoints).Distinct()];
    }
}
