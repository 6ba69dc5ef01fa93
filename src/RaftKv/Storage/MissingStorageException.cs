namespace RaftKv.Storage;

/// <summary>The directory is empty although the node was not told to found or to join a cluster.</summary>
public sealed class MissingStorageException() : IOException(
    "There is no data, but this node was not started as a new one. If its data is lost, the votes and entries that it "
    + "promised to keep are lost as well: remove it from the cluster, and let it join again under a new id.");
