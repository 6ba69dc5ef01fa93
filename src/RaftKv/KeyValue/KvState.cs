namespace RaftKv.KeyValue;

/// <summary>All that a snapshot holds. A restore builds a new one, so nothing of the old state stays behind.</summary>
internal sealed class KvState(KvOptions options)
{
    private EntriesCut? _cut;

    public IKvStore Store { get; } = options.Store switch
    {
        KvStoreKind.HashMap => new HashMapStore(),
        KvStoreKind.SkipList => new SkipListStore(),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Store, "No such store."),
    };

    public ClientSessions Sessions { get; } = new();

    /// <summary>How many commands have changed the store.</summary>
    public long Revision { get; set; }

    /// <summary>The sum of the entries' shares of the state hash.</summary>
    public ulong EntriesDigest { get; set; }

    public ulong Hash => StateDigest.Mix(StateDigest.Mix(EntriesDigest, (ulong)Revision), Sessions.Digest);

    /// <summary>Fixes the entries as they are.</summary>
    public EntriesCut BeginCut() =>
        _cut is null ? _cut = new EntriesCut(Store) : throw new InvalidOperationException("One cut at a time.");

    public void EndCut(EntriesCut cut)
    {
        if (_cut == cut) _cut = null;
    }

    /// <summary>To be called before a key's entry (null: absent) is changed, added or removed.</summary>
    public void BeforeWrite(string key, KvEntry? entry) => _cut?.BeforeWrite(key, entry);
}
