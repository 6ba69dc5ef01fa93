namespace RaftKv.Consensus;

/// <summary>How one server stands, as it knows itself.</summary>
/// <param name="Id">The server.</param>
/// <param name="Role">Its role.</param>
/// <param name="Term">Its term.</param>
/// <param name="Leader">Whom it takes for the leader; <see cref="NodeId.None"/>: nobody.</param>
/// <param name="Commit">The highest index that it knows to be committed.</param>
/// <param name="Applied">The highest index that its state machine has applied.</param>
/// <param name="Configuration">The members that it goes by; none while it waits to be added.</param>
/// <param name="ConfigurationIndex">The entry that they are from, committed or not.</param>
public sealed record ServerStatus(
    NodeId Id, Role Role, Term Term, NodeId Leader, LogIndex Commit, LogIndex Applied, Configuration Configuration,
    LogIndex ConfigurationIndex);
