using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RaftKv.KeyValue;

namespace RaftKv.Scenarios.KeyValue;

/// <summary>Commands for tests, few clients, keys and requests so that they collide.</summary>
public static class KvCommands
{
    /// <summary>Commands come with times up to three times this.</summary>
    public const int SessionTimeoutMs = 1_000;

    private static readonly Gen<string> _key =
        Gen.Elements("a", "b", "ä", "\uFFFD", "\U0001F600", "key", "key2", new string('k', 20));

    private static readonly Gen<string> _value = Gen.Elements("", "x", "yz", "Zürich", new string('v', 700));

    public static KvCommand Get(string key, ulong client = 1, ulong request = 1, ulong first = 1) =>
        Of(KvRequest.Get(key), client, request, first);

    public static KvCommand Put(string key, string value, ulong client = 1, ulong request = 1, ulong first = 1) =>
        Of(KvRequest.Put(key, Bytes(value)), client, request, first);

    public static KvCommand Append(string key, string value, ulong client = 1, ulong request = 1, ulong first = 1) =>
        Of(KvRequest.Append(key, Bytes(value)), client, request, first);

    public static KvCommand Of(KvRequest request, ulong client = 1, ulong number = 1, ulong first = 1) =>
        new(request, new ClientId(client), new RequestId(number), new RequestId(first));

    public static KvCommand Open(ulong client, long timeMs = 0) =>
        Of(KvRequest.OpenSession, client) with { TimeMs = timeMs };

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string? Text(ReadOnlyMemory<byte>? value) =>
        value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    /// <summary>A command with all that it carries, since memory is compared by reference.</summary>
    public static string Describe(KvCommand command) =>
        $"{command.TimeMs} {command.ClientId} {command.RequestId} {command.FirstUnacknowledged} "
        + Describe(command.Request);

    public static Arbitrary<KvCommand> AnyCommand() => Generator.ToArbitrary();

    public static Arbitrary<KvCommand[]> AnyCommands() => Generator.ArrayOf().ToArbitrary();

    private static Gen<KvRequest> Simple { get; } =
        from operation in Gen.Elements(
            KvOperation.Get, KvOperation.Put, KvOperation.Append, KvOperation.Append, KvOperation.Delete)
        from key in _key
        from value in _value
        let writes = operation is KvOperation.Put or KvOperation.Append
        select new KvRequest(operation, key, writes ? Bytes(value) : []);

    private static Gen<KvRequest> Swap { get; } =
        from key in _key
        from expected in Expected
        from value in _value
        select KvRequest.CompareAndSwap(key, expected, Bytes(value));

    private static Gen<KvRequest> Scan { get; } =
        from prefix in Gen.Elements("", "k", "key", "\U0001F600")
        from start in Gen.Elements("", "b", "key", "z")
        from to in Gen.Elements(null, "", "key2", "\uFFFF")
        from limit in Gen.Choose(0, 3)
        select KvRequest.Scan(new KvScan { Prefix = prefix, From = start, To = to, Limit = limit });

    private static Gen<KvRequest> Transaction { get; } =
        from compares in (from key in _key from expected in Expected select new KvCompare(key, expected)).ArrayOf()
        from then in Simple.ArrayOf()
        from otherwise in Simple.ArrayOf()
        select KvRequest.Transact(new KvTransaction([.. compares.Take(2)], [.. then.Take(8)], [.. otherwise.Take(8)]));

    private static Gen<ReadOnlyMemory<byte>?> Expected =>
        Gen.Elements(null, "", "x", "xx").Select(text => text is null ? null : (ReadOnlyMemory<byte>?)Bytes(text));

    private static Gen<KvCommand> Generator { get; } =
        from request in Gen.Frequency(
            (12, Simple), (6, Swap), (3, Scan), (6, Transaction), (2, Gen.Constant(KvRequest.OpenSession)),
            (1, Gen.Constant(KvRequest.KeepAlive)))
        from client in Gen.Choose(1, 4)
        from number in Gen.Choose(1, 8)
        from first in Gen.Frequency((3, Gen.Constant(1)), (1, Gen.Choose(1, number)))
        from timeMs in Gen.Choose(0, 3 * SessionTimeoutMs)
        select Of(request, (ulong)client, (ulong)number, (ulong)first) with { TimeMs = timeMs };

    private static string Describe(KvRequest request) =>
        $"{request.Operation} {request.Key} {Text(request.Value)} {Text(request.Expected) ?? "-"} {request.Range} "
        + (request.Transaction is not { } transaction ? "" :
            string.Join(',', transaction.Compares.Select(each => $"{each.Key}={Text(each.Expected) ?? "-"}")) + '?'
            + string.Join(',', transaction.Then.Select(Describe)) + ':'
            + string.Join(',', transaction.Else.Select(Describe)));
}
