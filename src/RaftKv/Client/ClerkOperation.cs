using RaftKv.KeyValue;

namespace RaftKv.Client;

/// <summary>One call of a Clerk's method, whatever attempts it takes.</summary>
/// <param name="Number">1, 2, 3 … for each Clerk, in the order of the calls.</param>
/// <param name="Kind">What to do.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">For Put and Append; empty for Get.</param>
public sealed record ClerkOperation(long Number, KvOperation Kind, string Key, ReadOnlyMemory<byte> Value);
