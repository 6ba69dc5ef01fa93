using System.Text;
using RaftKv.Consensus;

namespace RaftKv.Scenarios.Scripts;

/// <summary>How scripts write down what the core deals in.</summary>
internal static class Wording
{
    public static string Of(in LogEntry entry) =>
        $"{entry.Index}@{entry.Term} " + entry.Kind switch
        {
            EntryKind.NoOp => "no-op",
            EntryKind.Command => Encoding.UTF8.GetString(entry.Data.Span),
            EntryKind.Configuration => ConfigurationCodec.TryDecode(entry.Data.Span, out var configuration)
                ? Of(configuration)
                : "no configuration",
            _ => entry.Kind.ToString(),
        };

    public static string Of(ReadOnlySpan<LogEntry> entries)
    {
        var text = new StringBuilder();
        foreach (ref readonly var entry in entries)
            text.Append(text.Length == 0 ? "" : ", ").Append(Of(entry));
        return text.ToString();
    }

    /// <summary>Where a node listens, as far as scripts are concerned.</summary>
    public static string AddressOf(int id) => $"host{id}";

    /// <summary>
    /// <c>l4</c> adds a learner, <c>v4</c> promotes it, <c>d4</c> demotes it, <c>r4</c> removes it, <c>m4:x</c> moves
    /// it to address x.
    /// </summary>
    public static MemberChange Change(string word)
    {
        var parts = word[1..].Split(':');
        var id = new NodeId(ScriptCommand.Number(parts[0]));
        return word[0] switch
        {
            'l' => new(MemberChangeKind.AddLearner, id, AddressOf(id.Value)),
            'v' => new(MemberChangeKind.Promote, id),
            'd' => new(MemberChangeKind.Demote, id),
            'r' => new(MemberChangeKind.Remove, id),
            'm' => new(MemberChangeKind.Move, id, parts[1]),
            _ => throw new FormatException($"'{word}' is no change of a member."),
        };
    }

    /// <summary>A configuration, with the addresses that are not a node's usual one.</summary>
    public static string Of(Configuration configuration)
    {
        var moved = configuration.Members.Where(member => member.Address != AddressOf(member.Id.Value))
            .Select(member => $", {member.Id} at {member.Address}");
        return configuration + string.Concat(moved);
    }

    public static string Of(HardState state) => $"term {state.Term}, vote {state.VotedFor}";

    public static string Of(in StorageWrite write) => write.Kind switch
    {
        StorageWriteKind.HardState => Of(write.HardState),
        StorageWriteKind.Append => Of(write.Entries.Span),
        StorageWriteKind.Reset => $"log restarts behind snapshot {write.Snapshot}",
        StorageWriteKind.Compact => $"snapshot {write.Snapshot}, log compacted through {write.CompactThrough}",
        _ => throw new ArgumentOutOfRangeException(nameof(write), write.Kind, "A kind of write without words."),
    };

    public static string Of(in Message message) =>
        $"{message.From}->{message.To} {message.Kind,-15} term {message.Term} #{message.Number} {Body(message)}";

    public static string Of(ProposalResult proposal) => proposal.Status switch
    {
        ProposalStatus.Appended => $"appended at {proposal.Index}@{proposal.Term}",
        ProposalStatus.Refused => $"refused, {proposal.Reason}",
        ProposalStatus.Busy when proposal.Reason is { } reason => $"not yet, {reason}",
        ProposalStatus.NotLeader => "refused, not the leader",
        _ => proposal.Status.ToString(),
    };

    public static string Of(ReadResult read) =>
        read.Status == ReadStatus.Ready ? $"of a state that has applied {read.Index}" : read.Status.ToString();

    public static string Of(TransferStatus status) => status.ToString();

    /// <summary>What a leader knows about a follower.</summary>
    public static string Of(Progress follower)
    {
        var text = $"{follower.State.ToString().ToLowerInvariant(),-9} match {follower.Match} next {follower.Next}";
        if (follower.InflightAppends > 0)
            text += $" in flight {follower.InflightAppends}" + (follower.Inflights.IsFull ? " (full)" : "");
        if (follower.State == ReplicationState.Snapshot)
            text += $" snapshot {follower.Transfer.Snapshot}";
        return text;
    }

    private static string Body(in Message message) => message.Kind switch
    {
        MessageKind.PreVote => $"last {message.PreVote.LastLogIndex}@{message.PreVote.LastLogTerm}",
        MessageKind.ReadIndex => message.ReadIndex.ByLease ? "by lease" : "by round",
        MessageKind.TimeoutNow => "stand for election",
        MessageKind.ReadIndexReply => $"index {message.ReadIndexReply.Index}",
        MessageKind.PreVoteReply => message.PreVoteReply.Granted ? "granted" : "denied",
        MessageKind.RequestVote => $"last {message.RequestVote.LastLogIndex}@{message.RequestVote.LastLogTerm}"
            + (message.RequestVote.IsTransfer ? " for a transfer" : ""),
        MessageKind.VoteReply => message.VoteReply.Granted ? "granted" : "denied",
        MessageKind.AppendEntries => Body(message.AppendEntries),
        MessageKind.AppendReply => Body(message.AppendReply),
        MessageKind.InstallSnapshot => Body(message.InstallSnapshot),
        MessageKind.SnapshotReply => Body(message.SnapshotReply),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message.Kind, "A kind of message without words."),
    };

    private static string Body(AppendEntries append)
    {
        var entries = append.Entries.Length == 0 ? "nothing" : Of(append.Entries.Span);
        return $"round {append.Round} after {append.PrevIndex}@{append.PrevTerm} commit {append.Commit}: {entries}";
    }

    private static string Body(AppendReply reply) =>
        $"round {reply.Round} " + (reply.Accepted
            ? $"accepted, match {reply.Index}"
            : $"rejected, try {reply.Index}@{reply.ConflictTerm}");

    private static string Body(InstallSnapshot piece) =>
        $"snapshot {piece.Snapshot}, bytes {piece.Offset}..{piece.Offset + piece.Data.Length} of {piece.TotalBytes}";

    private static string Body(SnapshotReply reply) =>
        $"snapshot {reply.Snapshot} " + (reply.Installed ? "installed" : $"wanted from byte {reply.NextOffset}");
}
