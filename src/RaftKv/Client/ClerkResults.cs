using RaftKv.Consensus;

namespace RaftKv.Client;

/// <summary>Who the members of the cluster are.</summary>
/// <param name="Configuration">They.</param>
/// <param name="Leader">
/// Who of them leads; <see cref="NodeId.None"/> when a server leads that is about to be none of them.
/// </param>
public readonly record struct ClusterMembers(Configuration Configuration, NodeId Leader);

/// <summary>What a Delete came to.</summary>
/// <param name="Existed">Whether the key was there.</param>
/// <param name="Revision">The store's revision after it (see <see cref="KeyValue.KvResult.Revision"/>).</param>
public readonly record struct DeleteResult(bool Existed, long Revision);

/// <summary>What a CompareAndSwap came to.</summary>
/// <param name="Swapped">Whether the key's value was the expected one and is the new one now.</param>
/// <param name="Present">
/// If not: the value that was found, <see langword="null"/> when the key is absent. Otherwise <see langword="null"/>.
/// </param>
/// <param name="Revision">The store's revision after it (see <see cref="KeyValue.KvResult.Revision"/>).</param>
public readonly record struct SwapResult(bool Swapped, ReadOnlyMemory<byte>? Present, long Revision);

/// <summary>What a scan has read.</summary>
/// <param name="Items">The first keys of the range with their values, in order.</param>
/// <param name="Next">
/// Where to go on: <c>range with { From = page.Next }</c>; <see langword="null"/>: the range is exhausted.
/// </param>
/// <param name="Revision">The store's revision, at which all items were read.</param>
public sealed record ScanPage(IReadOnlyList<KeyValue.KvItem> Items, string? Next, long Revision);

/// <summary>What a transaction came to.</summary>
/// <param name="Succeeded">Whether the compares held, so that the first list ran.</param>
/// <param name="Results">The result of each operation of the list that ran, in order.</param>
/// <param name="Revision">The store's revision after it (see <see cref="KeyValue.KvResult.Revision"/>).</param>
public sealed record TransactionResult(
    bool Succeeded, IReadOnlyList<KeyValue.KvResult> Results, long Revision);
