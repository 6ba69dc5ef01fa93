using Google.Protobuf;
using RaftKv.Consensus;
using RaftKv.Diagnostics;

namespace RaftKv.Wire;

/// <summary>Messages between servers as bytes.</summary>
internal static partial class MessageCodec
{
    /// <summary>Makes the frame of a message.</summary>
    public static ReadOnlySpan<byte> Write(FrameWriter frames, in Message message)
    {
        if (message.Kind is MessageKind.AppendEntries or MessageKind.AppendReply)
            return WriteReplication(frames, message);
        var envelope = new Protocol.PeerMessage
        {
            From = message.From.Value,
            To = message.To.Value,
            Term = message.Term.Value,
            Number = message.Number,
        };
        switch (message.Kind)
        {
            case MessageKind.RequestVote:
                var vote = message.RequestVote;
                envelope.RequestVote = new()
                {
                    LastLogIndex = vote.LastLogIndex.Value,
                    LastLogTerm = vote.LastLogTerm.Value,
                    IsTransfer = vote.IsTransfer,
                };
                break;
            case MessageKind.VoteReply:
                envelope.VoteReply = new() { Granted = message.VoteReply.Granted };
                break;
            case MessageKind.InstallSnapshot:
                var install = message.InstallSnapshot;
                envelope.InstallSnapshot = new()
                {
                    SnapshotIndex = install.Snapshot.Index.Value,
                    SnapshotTerm = install.Snapshot.Term.Value,
                    Offset = install.Offset,
                    TotalBytes = install.TotalBytes,
                    Data = UnsafeByteOperations.UnsafeWrap(install.Data),
                    Configuration = UnsafeByteOperations.UnsafeWrap(
                        ConfigurationCodec.Encode(install.Configuration ?? Configuration.Empty)),
                };
                break;
            case MessageKind.SnapshotReply:
                var snapshot = message.SnapshotReply;
                envelope.SnapshotReply = new()
                {
                    SnapshotIndex = snapshot.Snapshot.Index.Value,
                    SnapshotTerm = snapshot.Snapshot.Term.Value,
                    NextOffset = snapshot.NextOffset,
                    Installed = snapshot.Installed,
                };
                break;
            case MessageKind.PreVote:
                var preVote = message.PreVote;
                envelope.PreVote = new()
                {
                    LastLogIndex = preVote.LastLogIndex.Value,
                    LastLogTerm = preVote.LastLogTerm.Value,
                };
                break;
            case MessageKind.PreVoteReply:
                envelope.PreVoteReply = new() { Granted = message.PreVoteReply.Granted };
                break;
            case MessageKind.TimeoutNow:
                envelope.TimeoutNow = new();
                break;
            case MessageKind.ReadIndex:
                envelope.ReadIndex = new() { ByLease = message.ReadIndex.ByLease };
                break;
            case MessageKind.ReadIndexReply:
                envelope.ReadIndexReply = new() { Index = message.ReadIndexReply.Index.Value };
                break;
            default:
                throw new InvariantViolationException("message kind", $"{message.Kind} cannot be sent");
        }
        return Body.Write(frames, FrameKind.PeerMessage, 0, envelope);
    }
}
