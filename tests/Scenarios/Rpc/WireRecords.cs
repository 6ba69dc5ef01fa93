using FsCheck;
using FsCheck.Fluent;
using RaftKv.Consensus;
using RaftKv.KeyValue;

namespace RaftKv.Scenarios.Rpc;

/// <summary>Generators of everything that is sent.</summary>
public static class WireRecords
{
    private static readonly Gen<long> _position = Gen.OneOf(
        Gen.Choose(0, 1000).Select(small => (long)small), Gen.Choose(0, int.MaxValue).Select(some => (long)some << 30));

    private static readonly Gen<byte[]> _bytes =
        Gen.Sized(size => Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value), size));

    private static readonly Gen<string> _text = Gen.Sized(size => Gen.ArrayOf(
        Gen.Elements("a", "Z", "0", "\0", "é", "\u20ac", "\ud83d\ude00", "\ufffd"), size)).Select(string.Concat);

    private static Gen<Term> Term => _position.Select(value => new Term(value));

    private static Gen<LogIndex> Index => _position.Select(value => new LogIndex(value));

    private static Gen<SnapshotId> Snapshot =>
        from index in Index from term in Term select new SnapshotId(index, term);

    private static Gen<bool> Flag => Gen.Elements(false, true);

    public static Arbitrary<Message> Messages() => Arb.From(
        from kind in Gen.Elements(Enum.GetValues<MessageKind>())
        from sender in Gen.Choose(1, int.MaxValue)
        from receiver in Gen.Choose(1, 9)
        from term in Term
        from number in _position
        from message in Message(kind, new NodeId(sender), new NodeId(receiver), term, number)
        select message);

    public static Arbitrary<KvCommand> Commands() => Arb.From(
        from request in Gen.OneOf(
            SimpleRequest, Swap, Scan, Transaction, Gen.Elements(KvRequest.OpenSession, KvRequest.KeepAlive))
        from client in _position
        from number in _position
        from ahead in Gen.Choose(0, 5)
        from consistency in Gen.Elements(Enum.GetValues<ReadConsistency>())
        select new KvCommand(
            request,
            new ClientId((ulong)client),
            new RequestId((ulong)number),
            new RequestId((ulong)Math.Max(0, number - ahead)))
        {
            Consistency = consistency,
        });

    public static Arbitrary<KvReply> Replies() => Arb.From(
        from status in Gen.Elements(Enum.GetValues<KvStatus>())
        from value in _bytes
        from leader in _text
        from detail in _text
        from present in Gen.Choose(0, 127)
        from revision in _position
        from results in Gen.ArrayOf(_bytes, 2)
        select new KvReply(
            new KvResult(
                status,
                (present & 1) == 0 ? null : (ReadOnlyMemory<byte>?)value,
                (present & 4) == 0 ? null : detail)
            {
                Revision = revision,
                Succeeded = (present & 8) != 0,
                IsStale = (present & 64) != 0,
                Page = (present & 16) == 0 ? null : new KvPage([new(detail, value)], leader),
                Session = (present & 64) == 0 ? null
                    : new KvSession(new((ulong)revision), TimeSpan.FromMilliseconds(1 + present)),
                Results = (present & 32) == 0 ? null
                    : [.. results.Select(each => new KvResult(KvStatus.Ok, each) { Revision = revision })],
            },
            (present & 2) == 0 ? null : leader));

    private static Gen<ReadOnlyMemory<byte>?> OptionalBytes =>
        _bytes.Select(bytes => bytes.Length % 3 == 0 ? null : (ReadOnlyMemory<byte>?)bytes);

    private static Gen<KvRequest> SimpleRequest =>
        from operation in Gen.Elements(
            KvOperation.Get, KvOperation.Put, KvOperation.Append, KvOperation.Delete)
        from key in _text
        from value in _bytes
        let writes = operation is KvOperation.Put or KvOperation.Append
        select new KvRequest(operation, key, writes ? value : []);

    private static Gen<KvRequest> Swap =>
        from key in _text
        from expected in OptionalBytes
        from value in _bytes
        select KvRequest.CompareAndSwap(key, expected, value);

    private static Gen<KvRequest> Scan =>
        from prefix in _text
        from start in _text
        from to in _text
        from limit in Gen.Choose(0, 1000)
        select KvRequest.Scan(
            new KvScan { Prefix = prefix, From = start, To = limit % 2 == 0 ? null : to, Limit = limit });

    private static Gen<KvRequest> Transaction =>
        from keys in Gen.ArrayOf(_text, 2)
        from expected in OptionalBytes
        from then in Gen.ArrayOf(SimpleRequest)
        from otherwise in Gen.ArrayOf(SimpleRequest)
        select KvRequest.Transact(
            new KvTransaction([.. keys.Select(key => new KvCompare(key, expected))], then, otherwise));

    private static readonly Configuration _members = Configuration.Of(new NodeId(7));

    /// <summary>Configurations, joint ones among them.</summary>
    public static Gen<Configuration> Configurations =>
        from roles in Gen.ArrayOf(Gen.Choose(1, 5))
        from used in Gen.Choose(0, 3)
        select new Configuration(
            roles.Take(9).Select((role, i) => new Member(new(i + 1), $"hôst{i}:70", (MemberRole)role)),
            new(roles.Length + used),
            (ulong)used << 40);

    private static Gen<Message> Message(MessageKind kind, NodeId sender, NodeId to, Term at, long number) =>
        kind switch
        {
            MessageKind.RequestVote =>
                from index in Index
                from last in Term
                from transfer in Flag
                select new Message(sender, to, at, number, new RequestVote(index, last, transfer)),
            MessageKind.VoteReply =>
                Flag.Select(granted => new Message(sender, to, at, number, new VoteReply(granted))),
            MessageKind.AppendEntries =>
                from prevIndex in Index
                from prevTerm in Term
                from commit in Index
                from data in Gen.ArrayOf(_bytes, 3)
                from count in Gen.Choose(0, 3)
                from round in _position
                select new Message(
                    sender,
                    to,
                    at,
                    number,
                    new AppendEntries(prevIndex, prevTerm, commit, Entries(prevIndex, data[..count]), round)),
            MessageKind.AppendReply =>
                from accepted in Flag
                from index in Index
                from conflict in Term
                from round in _position
                from isBlank in Flag
                select new Message(sender, to, at, number, new AppendReply(accepted, index, conflict, round, isBlank)),
            MessageKind.InstallSnapshot =>
                from id in Snapshot
                from offset in _position
                from data in _bytes
                from rest in Gen.Choose(0, 10)
                from configuration in Configurations
                select new Message(
                    sender, to, at, number, new InstallSnapshot(
                        id, offset, offset + data.Length + rest, data, configuration)),
            MessageKind.SnapshotReply =>
                from id in Snapshot
                from next in _position
                from installed in Flag
                select new Message(sender, to, at, number, new SnapshotReply(id, next, installed)),
            MessageKind.PreVote =>
                from index in Index
                from last in Term
                select new Message(sender, to, at, number, new PreVote(index, last)),
            MessageKind.PreVoteReply =>
                Flag.Select(granted => new Message(sender, to, at, number, new PreVoteReply(granted))),
            MessageKind.TimeoutNow =>
                Gen.Constant(new Message(sender, to, at, number, default(TimeoutNow))),
            MessageKind.ReadIndex => Flag.Select(lease => new Message(sender, to, at, number, new ReadIndex(lease))),
            MessageKind.ReadIndexReply =>
                Index.Select(index => new Message(sender, to, at, number, new ReadIndexReply(index))),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no generator"),
        };

    private static LogEntry[] Entries(LogIndex previous, byte[][] data) => [.. data.Select((bytes, i) => i == 2
        ? new LogEntry(previous + 3, new Term(3), EntryKind.Configuration, ConfigurationCodec.Encode(_members))
        : new LogEntry(previous + i + 1, new Term(i + 1), i == 0 ? EntryKind.Command : EntryKind.NoOp, bytes))];
}
