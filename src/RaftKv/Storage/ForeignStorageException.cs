namespace RaftKv.Storage;

/// <summary>The directory holds another node's data, or data of an unknown format version.</summary>
public sealed class ForeignStorageException(string fileName, string reason) : IOException($"{fileName}: {reason}");
