using System.Text;
using FsCheck.Xunit;
using RaftKv.KeyValue;
using Xunit;

namespace RaftKv.Scenarios.KeyValue;

[Properties(Replay = "20261122,7")]
public sealed class StoreTests
{
    public static TheoryData<KvStoreKind> Kinds => [.. Enum.GetValues<KvStoreKind>()];

    [Property(MaxTest = 300)]
    public void Every_store_behaves_like_a_sorted_map(string[] keys, bool[] removals)
    {
        foreach (var kind in Enum.GetValues<KvStoreKind>())
        {
            var store = New(kind);
            var model = new SortedDictionary<string, KvEntry>(StringComparer.Ordinal);
            foreach (var (key, step) in keys.Select((key, step) => (key ?? "", step)))
            {
                if (removals.Length > 0 && removals[step % removals.Length])
                {
                    var known = keys[step / 2] ?? "";
                    Assert.Same(model.GetValueOrDefault(known), store.Remove(known));
                    model.Remove(known);
                    Assert.Null(store.Find(known));
                }

                Assert.Same(model.GetValueOrDefault(key), store.Find(key));
                if (model.TryAdd(key, new KvEntry(key))) store.Add(model[key]);
                else Assert.Throws<ArgumentException>(() => store.Add(new KvEntry(key)));
                Assert.Same(model[key], store.Find(key));
                if (step % 3 == 0) Assert.Equal(model.Values, store.InKeyOrder());
            }

            Assert.Equal(model.Count, store.Count);
            Assert.Equal(model.Values, store.InKeyOrder());
            foreach (var from in keys.Select(key => key ?? "").Append("\uFFFF"))
                Assert.Equal(
                    model.Values.SkipWhile(entry => string.CompareOrdinal(entry.Key, from) < 0),
                    store.InKeyOrder(from));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Ten_thousand_keys_in_any_order_are_found_and_come_out_in_order(KvStoreKind kind)
    {
        var store = New(kind);
        for (var i = 0; i < 10_000; i++) store.Add(new KvEntry(Key(i * 7_919 % 10_000)));

        Assert.Equal(Enumerable.Range(0, 10_000).Select(Key), store.InKeyOrder().Select(entry => entry.Key));
        for (var i = 0; i < 10_000; i++) Assert.Equal(Key(i), store.Find(Key(i))?.Key);
        Assert.Null(store.Find("k"));
        Assert.Null(store.Find("l"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Keys_that_come_and_go_between_pages_are_in_their_place(KvStoreKind kind)
    {
        const int Keys = 20_000;
        var store = New(kind);
        for (var i = 0; i < Keys; i++) store.Add(new KvEntry(Key(2 * i)));
        _ = store.InKeyOrder().First();

        // An odd key comes in front of each page, and the key behind it goes: as many keys stay.
        for (var page = 0; page < 100; page++)
        {
            var from = page * 200;
            store.Add(new KvEntry(Key(from + 1)));
            Assert.NotNull(store.Remove(Key(from + 2)));
            Assert.Equal(
                [Key(from), Key(from + 1), Key(from + 4)],
                store.InKeyOrder(Key(from)).Take(3).Select(entry => entry.Key));
        }

        Assert.Equal(Keys, store.InKeyOrder().Count());
    }

    [Property]
    public void An_entry_is_the_same_however_its_value_came_about(byte[][] pieces, byte[] before)
    {
        var appended = new KvEntry("key");
        appended.Put(before ?? []);
        appended.Put([]);
        foreach (var piece in pieces) appended.Append(piece ?? []);
        var put = new KvEntry("key");
        put.Put(pieces.SelectMany(piece => piece ?? []).ToArray());

        Assert.Equal(put.Value.ToArray(), appended.Value.ToArray());
        Assert.Equal(put.Digest, appended.Digest);
    }

    [Fact]
    public void An_entry_is_the_same_at_every_length_around_the_blocks_of_its_hash()
    {
        var appended = new KvEntry("key");
        var digests = new HashSet<ulong> { appended.Digest };
        for (var length = 1; length <= 1_600; length++)
        {
            appended.Append([(byte)length]);
            var put = new KvEntry("key");
            put.Put(appended.Value.Span);

            Assert.Equal(put.Digest, appended.Digest);
            Assert.True(digests.Add(appended.Digest));
        }
    }

    [Fact]
    public void A_value_that_was_read_never_changes()
    {
        var entry = new KvEntry("key");
        entry.Put("one"u8);
        var put = entry.Value;
        entry.Append("two"u8);
        var appended = entry.Value;
        entry.Append("three"u8);
        entry.Put("X"u8);
        entry.Append("Y"u8);

        Assert.Equal("one", Encoding.UTF8.GetString(put.Span));
        Assert.Equal("onetwo", Encoding.UTF8.GetString(appended.Span));
    }

    private static IKvStore New(KvStoreKind kind) => new KvState(new KvOptions { Store = kind }).Store;

    private static string Key(int number) => $"k{number:d5}";
}
