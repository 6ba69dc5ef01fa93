using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Storage;

namespace RaftKv.Server;

/// <summary>
/// Whom a node that does not run takes for the members: the last configuration on its disk, committed or not.
/// </summary>
/// <param name="LastTerm">Term of the node's last entry.</param>
/// <param name="LastIndex">Index of it. Who has the later last entry knows better (paper §5.4.1).</param>
/// <param name="Configuration">The members; none for a node that nobody has added yet.</param>
public sealed record StoredMembers(Term LastTerm, LogIndex LastIndex, Configuration Configuration)
{
    /// <summary>Reads them. Nobody else uses the disk meanwhile; a torn tail is cut, as at a start.</summary>
    /// <param name="clusterId">The cluster's name.</param>
    /// <param name="self">The node.</param>
    /// <param name="storage">Settings of its log.</param>
    /// <param name="disk">Its disk, used on its loop.</param>
    /// <exception cref="IOException">The disk fails, is empty or damaged, or another node's or cluster's.</exception>
    public static async Task<StoredMembers> ReadAsync(
        string clusterId, NodeId self, StorageOptions storage, IDisk disk)
    {
        var (persister, state) = await Persister.OpenAsync(disk, storage, new(clusterId, self), FirstStart.Refused);
        using (persister)
        {
            var inSnapshot = state.Snapshot == SnapshotId.None
                ? Configuration.Empty
                : await ReadAsync(persister, state.Snapshot);
            var history = new ConfigurationHistory(state.Snapshot.Index, inSnapshot);
            var last = (state.Snapshot.Term, state.Snapshot.Index);
            foreach (var entry in state.Entries.Where(entry => entry.Index > state.Snapshot.Index))
            {
                history.Append(entry);
                last = (entry.Term, entry.Index);
            }

            return new StoredMembers(last.Term, last.Index, history.Current);
        }
    }

    /// <summary>The configuration stands at the beginning of a snapshot; the rest is not read.</summary>
    private static async Task<Configuration> ReadAsync(Persister persister, SnapshotId snapshot)
    {
        var head = new ReplicaRestore(null);
        for (var offset = 0L; !head.HasConfiguration;)
        {
            var chunk = await persister.ReadSnapshotAsync(snapshot, offset);
            head.Read(chunk.Data.Span);
            offset += chunk.Data.Length;
            if (offset >= chunk.TotalBytes)
                break;
        }

        return head.Configuration;
    }
}
