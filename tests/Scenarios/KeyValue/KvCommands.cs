using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RaftKv.KeyValue;

namespace RaftKv.Scenarios.KeyValue;

/// <summary>Commands for tests, few clients, keys and requests so that they collide.</summary>
public static class KvCommands
{
    public static KvCommand Get(string key, ulong client = 1, ulong request = 1, ulong first = 1) =>
        Make(KvOperation.Get, key, "", client, request, first);

    public static KvCommand Put(string key, string value, ulong client = 1, ulong request = 1, ulong first = 1) =>
        Make(KvOperation.Put, key, value, client, request, first);

    public static KvCommand Append(string key, string value, ulong client = 1, ulong request = 1, ulong first = 1) =>
        Make(KvOperation.Append, key, value, client, request, first);

    public static string? Text(ReadOnlyMemory<byte>? value) =>
        value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    public static Arbitrary<KvCommand> AnyCommand() => Generator.ToArbitrary();

    public static Arbitrary<KvCommand[]> AnyCommands() => Generator.ArrayOf().ToArbitrary();

    private static Gen<KvCommand> Generator { get; } =
        from operation in Gen.Elements(KvOperation.Get, KvOperation.Put, KvOperation.Append, KvOperation.Append)
        from key in Gen.Elements("a", "b", "ä", "\uFFFD", "\U0001F600", "key", "key2", new string('k', 20))
        from value in Gen.Elements("", "x", "yz", "Zürich", new string('v', 700))
        from client in Gen.Choose(1, 4)
        from request in Gen.Choose(1, 8)
        from first in Gen.Frequency((3, Gen.Constant(1)), (1, Gen.Choose(1, request)))
        let written = operation == KvOperation.Get ? "" : value
        select Make(operation, key, written, (ulong)client, (ulong)request, (ulong)first);

    private static KvCommand Make(
        KvOperation operation, string key, string value, ulong client, ulong request, ulong first) =>
        new(operation, key, Encoding.UTF8.GetBytes(value), new(client), new(request), new(first));
}
