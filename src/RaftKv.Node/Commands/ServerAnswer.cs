using RaftKv.Client;
using RaftKv.Consensus;

namespace RaftKv.Node.Commands;

/// <summary>How a server stands, or why it did not say.</summary>
/// <param name="Address">Where it was asked.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Failure">Otherwise why that is not known.</param>
internal sealed record ServerAnswer(string Address, ServerStatus? Status, ClerkException? Failure);
