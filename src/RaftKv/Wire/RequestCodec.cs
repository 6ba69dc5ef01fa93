using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Google.Protobuf.Collections;
using RaftKv.Consensus;
using RaftKv.KeyValue;

namespace RaftKv.Wire;

/// <summary>What a command asks for, as part of its message.</summary>
internal static class RequestCodec
{
    /// <exception cref="ArgumentException">A key is not well-formed UTF-16.</exception>
    public static Protocol.Request ToProtocol(KvRequest request)
    {
        var message = new Protocol.Request
        {
            Operation = (Protocol.Request.Types.Operation)request.Operation,
            Key = WellFormed(request.Key),
            Value = UnsafeByteOperations.UnsafeWrap(request.Value),
        };
        if (request.Expected is { } expected)
            message.Expected = UnsafeByteOperations.UnsafeWrap(expected);
        if (request.Range is { } range)
            message.Scan = ToProtocol(range);
        if (request.Transaction is { } transaction)
            message.Transaction = ToProtocol(transaction);
        return message;
    }

    /// <summary>Reads a request; absent in a malformed command.</summary>
    public static bool TryRead(
        Protocol.Request? message,
        [NotNullWhen(true)] out KvRequest? request,
        [NotNullWhen(false)] out string? error)
    {
        (request, error) = (null, null);
        var operation = (KvOperation)(message?.Operation ?? 0);
        if (message is null)
            error = "a command has no request";
        else if (operation is < KvOperation.Get or > KvOperation.KeepAlive)
            error = $"a command has the unknown operation {(int)message.Operation}";
        else if ((operation == KvOperation.Scan) != (message.Scan is not null)
            || (operation == KvOperation.Transaction) != (message.Transaction is not null)
            || (message.HasExpected && operation != KvOperation.CompareAndSwap))
            error = $"a {operation} carries what another operation takes, or not what it takes itself";
        else if (message.Transaction is not { } transaction)
            request = new KvRequest(operation, message.Key, message.Value.Memory)
            {
                Expected = message.HasExpected ? message.Expected.Memory : default(ReadOnlyMemory<byte>?),
                Range = message.Scan is { } scan ? Read(scan) : null,
            };
        else if (TryRead(transaction.Then, out var then, out error)
            && TryRead(transaction.Else, out var otherwise, out error))
            request = KvRequest.Transact(new KvTransaction([.. transaction.Compares.Select(Read)], then, otherwise));
        return request is not null;
    }

    private static bool TryRead(
        RepeatedField<Protocol.Request> messages, out KvRequest[] requests, [NotNullWhen(false)] out string? error)
    {
        error = null;
        requests = new KvRequest[messages.Count];
        for (var i = 0; i < requests.Length; i++)
        {
            // Nothing nests: a transaction in a transaction could be as deep as a frame is long.
            if (messages[i].Operation >= Protocol.Request.Types.Operation.CompareAndSwap)
                error = $"a {messages[i].Operation} is part of a transaction";
            else if (TryRead(messages[i], out var request, out error))
                requests[i] = request;
            if (error is not null)
                return false;
        }

        return true;
    }

    private static Protocol.Scan ToProtocol(KvScan range)
    {
        var message = new Protocol.Scan
        {
            Prefix = WellFormed(range.Prefix),
            From = WellFormed(range.From),
            Limit = range.Limit,
        };
        if (range.To is not null)
            message.To = WellFormed(range.To);
        return message;
    }

    private static KvScan Read(Protocol.Scan message) => new()
    {
        Prefix = message.Prefix,
        From = message.From,
        To = message.HasTo ? message.To : null,
        Limit = message.Limit,
    };

    private static Protocol.Transaction ToProtocol(KvTransaction transaction)
    {
        var message = new Protocol.Transaction();
        foreach (var (key, expected) in transaction.Compares)
        {
            var compare = new Protocol.Compare { Key = WellFormed(key) };
            if (expected is { } value)
                compare.Expected = UnsafeByteOperations.UnsafeWrap(value);
            message.Compares.Add(compare);
        }

        message.Then.AddRange(transaction.Then.Select(ToProtocol));
        message.Else.AddRange(transaction.Else.Select(ToProtocol));
        return message;
    }

    private static KvCompare Read(Protocol.Compare message) =>
        new(message.Key, message.HasExpected ? message.Expected.Memory : default(ReadOnlyMemory<byte>?));

    /// <summary>Protobuf would put U+FFFD in the place of a lone surrogate, and two keys would become one.</summary>
    private static string WellFormed(string text)
    {
        _ = StrictUtf8.Encoding.GetByteCount(text);
        return text;
    }
}
