namespace RaftKv.Consensus;

/// <summary>
/// An administrator's wish that another server lead. <paramref name="Successor"/>: who; none: whoever is fit.
/// </summary>
public sealed record TransferRequest(NodeId Successor);
