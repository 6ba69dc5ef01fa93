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
        message = default;
        if (!Body.TryParse(_parser, body, out var parsed, out error))
            return false;
        if (parsed.From <= 0 || parsed.To <= 0 || parsed.Term < 0)
        {
            error = $"a message goes from {parsed.From} to {parsed.To} in term {parsed.Term}";
            return false;
        }
        error = WhyImpossible(parsed);
        if (error is not null)
            return false;
        message = ToMessage(parsed);
        return true;
    }

    private static string? WhyImpossible(Protocol.PeerMessage parsed) => parsed.BodyCase switch
    {
        BodyCase.RequestVote => WhyNegative(parsed.RequestVote.LastLogIndex, parsed.RequestVote.LastLogTerm),
        BodyCase.VoteReply => null,
        BodyCase.AppendEntries => WhyImpossible(parsed.AppendEntries),
        BodyCase.AppendReply => WhyNegative(
            parsed.AppendReply.Index, parsed.AppendReply.ConflictTerm, parsed.AppendReply.Round),
        BodyCase.InstallSnapshot => WhyImpossible(parsed.InstallSnapshot),
        BodyCase.SnapshotReply => WhyNegative(
            parsed.SnapshotReply.SnapshotIndex, parsed.SnapshotReply.SnapshotTerm, parsed.SnapshotReply.NextOffset),
        BodyCase.PreVote => WhyNegative(parsed.PreVote.LastLogIndex, parsed.PreVote.LastLogTerm),
        BodyCase.PreVoteReply or BodyCase.ReadIndex or BodyCase.TimeoutNow => null,
        BodyCase.ReadIndexReply => WhyNegative(parsed.ReadIndexReply.Index),
        _ => "a message between servers has no body",
    };

    private static string? WhyImpossible(Protocol.AppendEntries append)
    {
        if (append.PrevIndex > long.MaxValue - append.Entries.Count)
            return $"{append.Entries.Count} entries cannot follow index {append.PrevIndex}";
        foreach (var entry in append.Entries)
        {
            // Of term 0 is only the configuration with which a cluster was founded.
            if (entry.Term < ((EntryKind)entry.Kind == EntryKind.Configuration ? 0 : 1)
                || (EntryKind)entry.Kind is < EntryKind.NoOp or > EntryKind.Configuration)
                return $"an entry has term {entry.Term} and kind {(int)entry.Kind}";
            if ((EntryKind)entry.Kind == EntryKind.Configuration
                && !ConfigurationCodec.TryDecode(entry.Data.Span, out _))
                return $"a configuration of {entry.Data.Length} bytes does not decode";
        }
        return WhyNegative(append.PrevIndex, append.PrevTerm, append.Commit) ?? WhyNegative(append.Round);
    }

    private static string? WhyImpossible(Protocol.InstallSnapshot install) =>
        WhyNegative(install.SnapshotIndex, install.SnapshotTerm)
        ?? WhyNegative(install.Offset, install.TotalBytes)
        ?? (install.Offset > install.TotalBytes - install.Data.Length
            ? $"a piece of {install.Data.Length} bytes at {install.Offset} exceeds a snapshot of {install.TotalBytes}"
            : null)
        ?? (ConfigurationCodec.TryDecode(install.Configuration.Span, out _)
            ? null
            : $"a snapshot's configuration of {install.Configuration.Length} bytes does not decode");

    private static string? WhyNegative(long first, long second = 0, long third = 0) =>
        (first | second | third) < 0 ? $"a message holds a negative position: {first}, {second}, {third}" : null;

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

    private static Configuration ConfigurationOf(Protocol.InstallSnapshot install) =>
        ConfigurationCodec.TryDecode(install.Configuration.Span, out var configuration)
            ? configuration
            : Configuration.Empty;

    private static AppendEntries ToAppendEntries(Protocol.AppendEntries parsed)
    {
        var entries = parsed.Entries.Count == 0 ? [] : new LogEntry[parsed.Entries.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = parsed.Entries[i];
            entries[i] = new LogEntry(
                new(parsed.PrevIndex + 1 + i), new(entry.Term), (EntryKind)entry.Kind, entry.Data.Memory);
        }
        return new AppendEntries(
            new(parsed.PrevIndex), new(parsed.PrevTerm), new(parsed.Commit), entries, parsed.Round);
    }
}
