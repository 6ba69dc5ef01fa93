using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using RaftKv.Consensus;
using BodyCase = RaftKv.Wire.Protocol.PeerMessage.BodyOneofCase;

namespace RaftKv.Wire;

// Lets only those messages through whose numbers can be right.
internal static partial class MessageCodec
{
    private static readonly MessageParser<Protocol.PeerMessage> _parser =
        Protocol.PeerMessage.Parser.WithDiscardUnknownFields(true);

    /// <summary>Reads the body of a frame.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out Message message, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (!TryReadReplication(body, out message) && !TryParse(body, out message, out error))
            return false;
        error = WhyImpossible(message);
        return error is null;
    }

    /// <summary>Reads any message, in any form that protobuf allows.</summary>
    private static bool TryParse(
        ReadOnlySpan<byte> body, out Message message, [NotNullWhen(false)] out string? error)
    {
        message = default;
        if (!Body.TryParse(_parser, body, out var parsed, out error))
            return false;
        if (parsed.BodyCase == BodyCase.None)
        {
            error = "a message between servers has no body";
            return false;
        }
        message = ToMessage(parsed);
        return true;
    }

    private static string? WhyImpossible(in Message message)
    {
        if (message.From <= NodeId.None || message.To <= NodeId.None || message.Term < Term.Zero)
            return $"a message goes from {message.From.Value} to {message.To.Value} in term {message.Term}";
        switch (message.Kind)
        {
            case MessageKind.RequestVote:
                return WhyNegative(message.RequestVote.LastLogIndex, message.RequestVote.LastLogTerm);
            case MessageKind.AppendEntries:
                return WhyImpossible(message.AppendEntries);
            case MessageKind.AppendReply:
                var append = message.AppendReply;
                return WhyNegative(append.Index, append.ConflictTerm, append.Round);
            case MessageKind.InstallSnapshot:
                return WhyImpossible(message.InstallSnapshot);
            case MessageKind.SnapshotReply:
                var snapshot = message.SnapshotReply;
                return WhyNegative(snapshot.Snapshot.Index, snapshot.Snapshot.Term, snapshot.NextOffset);
            case MessageKind.PreVote:
                return WhyNegative(message.PreVote.LastLogIndex, message.PreVote.LastLogTerm);
            case MessageKind.ReadIndexReply:
                return WhyNegative(message.ReadIndexReply.Index, Term.Zero);
            default:
                return null;
        }
    }

    private static string? WhyImpossible(in AppendEntries append)
    {
        if (append.PrevIndex.Value > long.MaxValue - append.Entries.Length)
            return $"{append.Entries.Length} entries cannot follow index {append.PrevIndex}";
        foreach (ref readonly var entry in append.Entries.Span)
        {
            // Of term 0 is only the configuration with which a cluster was founded.
            if (entry.Term.Value < (entry.Kind == EntryKind.Configuration ? 0 : 1)
                || entry.Kind is < EntryKind.NoOp or > EntryKind.Configuration)
                return $"an entry has term {entry.Term} and kind {entry.Kind}";
            if (entry.Kind == EntryKind.Configuration && !ConfigurationCodec.TryDecode(entry.Data.Span, out _))
                return $"a configuration of {entry.Data.Length} bytes does not decode";
        }
        return WhyNegative(append.PrevIndex, append.PrevTerm, append.Commit.Value, append.Round);
    }

    private static string? WhyImpossible(in InstallSnapshot install) =>
        WhyNegative(install.Snapshot.Index, install.Snapshot.Term, install.Offset, install.TotalBytes)
        ?? (install.Offset > install.TotalBytes - install.Data.Length
            ? $"a piece of {install.Data.Length} bytes at {install.Offset} exceeds a snapshot of {install.TotalBytes}"
            : null)
        ?? (install.Configuration is null ? "a snapshot's configuration does not decode" : null);

    private static string? WhyNegative(LogIndex index, Term term, long third = 0, long fourth = 0) =>
        (index.Value | term.Value | third | fourth) < 0
            ? $"a message holds a negative position: {index}, {term}, {third}, {fourth}"
            : null;

    private static Message ToMessage(Protocol.PeerMessage parsed)
    {
        var (from, to) = (new NodeId(parsed.From), new NodeId(parsed.To));
        var (term, number) = (new Term(parsed.Term), parsed.Number);
        switch (parsed.BodyCase)
        {
            case BodyCase.RequestVote:
                var vote = parsed.RequestVote;
                return new(from, to, term, number, new RequestVote(
                    new(vote.LastLogIndex), new(vote.LastLogTerm), vote.IsTransfer));
            case BodyCase.VoteReply:
                return new(from, to, term, number, new VoteReply(parsed.VoteReply.Granted));
            case BodyCase.AppendEntries:
                return new(from, to, term, number, ToAppendEntries(parsed.AppendEntries));
            case BodyCase.AppendReply:
                var append = parsed.AppendReply;
                return new(from, to, term, number, new AppendReply(
                    append.Accepted, new(append.Index), new(append.ConflictTerm), append.Round, append.IsBlank));
            case BodyCase.InstallSnapshot:
                var install = parsed.InstallSnapshot;
                return new(from, to, term, number, new InstallSnapshot(
                    new(new(install.SnapshotIndex), new(install.SnapshotTerm)),
                    install.Offset,
                    install.TotalBytes,
                    install.Data.Memory,
                    ConfigurationOf(install)));
            case BodyCase.PreVote:
                var ask = parsed.PreVote;
                return new(from, to, term, number, new PreVote(new(ask.LastLogIndex), new(ask.LastLogTerm)));
            case BodyCase.PreVoteReply:
                return new(from, to, term, number, new PreVoteReply(parsed.PreVoteReply.Granted));
            case BodyCase.TimeoutNow:
                return new(from, to, term, number, default(TimeoutNow));
            case BodyCase.ReadIndex:
                return new(from, to, term, number, new ReadIndex(parsed.ReadIndex.ByLease));
            case BodyCase.ReadIndexReply:
                return new(from, to, term, number, new ReadIndexReply(new(parsed.ReadIndexReply.Index)));
            default:
                var reply = parsed.SnapshotReply;
                return new(from, to, term, number, new SnapshotReply(
                    new(new(reply.SnapshotIndex), new(reply.SnapshotTerm)), reply.NextOffset, reply.Installed));
        }
    }

    private static Configuration? ConfigurationOf(Protocol.InstallSnapshot install) =>
        ConfigurationCodec.TryDecode(install.Configuration.Span, out var configuration) ? configuration : null;

    private static AppendEntries ToAppendEntries(Protocol.AppendEntries parsed)
    {
        var entries = parsed.Entries.Count == 0 ? [] : new LogEntry[parsed.Entries.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = parsed.Entries[i];
            entries[i] = new LogEntry(
                new(parsed.PrevIndex + 1 + i), new(entry.Term), KindOf(entry), entry.Data.Memory);
        }
        return new AppendEntries(
            new(parsed.PrevIndex), new(parsed.PrevTerm), new(parsed.Commit), entries, parsed.Round);
    }

    /// <summary>What does not fit a byte is no kind either.</summary>
    private static EntryKind KindOf(Protocol.Entry entry) =>
        (int)entry.Kind == (byte)entry.Kind ? (EntryKind)entry.Kind : default;
}
