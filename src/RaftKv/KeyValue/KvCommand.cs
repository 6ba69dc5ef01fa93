using System.Globalization;

namespace RaftKv.KeyValue;

/// <summary>The operations on the store.</summary>
public enum KvOperation : byte
{
    /// <summary>Reads a key.</summary>
    Get = 1,

    /// <summary>Sets a key's value.</summary>
    Put = 2,

    /// <summary>Adds to the end of a key's value; an absent key counts as empty.</summary>
    Append = 3,
}

/// <summary>A client, for exactly-once: 64 random bits drawn when a Clerk is made.</summary>
public readonly record struct ClientId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}

/// <summary>
/// One request of a client: 1, 2, 3 … in the order of the calls, and the same on every retry. 64 bits never wrap.
/// </summary>
public readonly record struct RequestId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One command: what a Clerk asks, what the log carries, what every replica applies.</summary>
/// <param name="Operation">What to do.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">For Put and Append; empty for Get.</param>
/// <param name="ClientId">Who asks.</param>
/// <param name="RequestId">Which of the client's requests.</param>
/// <param name="FirstUnacknowledged">
/// The client has the answers to all its requests below this one, so their remembered results may go
/// (dissertation §6.3). At most <paramref name="RequestId"/>.
/// </param>
public sealed record KvCommand(
    KvOperation Operation,
    string Key,
    ReadOnlyMemory<byte> Value,
    ClientId ClientId,
    RequestId RequestId,
    RequestId FirstUnacknowledged);
