namespace RaftKv.KeyValue;

/// <summary>Where the members of a configuration listen.</summary>
/// <param name="Version">Grows with each configuration: its index in the log.</param>
/// <param name="Addresses">Host and port of each.</param>
public sealed record KvMembers(long Version, IReadOnlyList<string> Addresses);
