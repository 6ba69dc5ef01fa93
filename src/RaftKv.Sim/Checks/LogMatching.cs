using System.IO.Hashing;
using RaftKv.Consensus;
using RaftKv.Diagnostics;

namespace RaftKv.Sim.Checks;

/// <summary>
/// Two entries of equal index and term are equal, and so are all entries before them (paper §5.3): every entry that any
/// node ever held is registered with the term of its predecessor, which by induction fixes the whole prefix.
/// </summary>
internal sealed class LogMatching
{
    private readonly Dictionary<(long Index, long Term), (Term Previous, ulong Content, Electorate? Electorate)>
        _entries = [];

    /// <summary>Brings the view of a node's log up to date, checking what is new in it.</summary>
    public void Observe(NodeView node, Raft raft, CommittedLog committed)
    {
        var last = raft.LastIndex;
        if (node.LastIndex == last && node.TermAt(last) == raft.Log.TermAt(last))
            return;
        LeaderAppendOnly(node, raft, last);

        var first = LogIndex.Max(raft.FirstIndex, new LogIndex(1));
        var known = LogIndex.Min(last, node.LastIndex);
        while (known >= first && node.TermAt(known) != raft.Log.TermAt(known))
            known = known.Previous;
        if (known < first)
        {
            // A snapshot replaced the log: whatever was not committed here is what is committed there.
            for (var index = node.Commit.Next; index < first; index = index.Next)
            {
                node.Set(index, committed.TermAt(index));
                if (Known(index, committed.TermAt(index)).Electorate is { } electorate)
                    node.Add(index, electorate);
            }

            known = first.Previous;
        }

        for (var index = known.Next; index <= last; index = index.Next)
        {
            Register(node, raft.Log[index], node.TermAt(index.Previous));
            node.Set(index, raft.Log[index].Term);
            if (Known(index, raft.Log[index].Term).Electorate is not { } electorate)
                continue;
            ConfigurationSafety.Observe(node, index, electorate);
            node.Add(index, electorate);
        }

        node.TruncateTo(last);
    }

    private (Term Previous, ulong Content, Electorate? Electorate) Known(LogIndex index, Term term) =>
        _entries.GetValueOrDefault((index.Value, term.Value));

    private static Electorate? ElectorateOf(in LogEntry entry)
    {
        if (entry.Kind != EntryKind.Configuration)
            return null;
        return ConfigurationCodec.TryDecode(entry.Data.Span, out var configuration)
            ? new Electorate(configuration)
            : throw new InvariantViolationException(
                "configuration entry", $"entry {entry.Index} of term {entry.Term} does not decode");
    }

    private static void LeaderAppendOnly(NodeView node, Raft raft, LogIndex last)
    {
        if (raft.Role != Role.Leader || node.Role != Role.Leader || node.Term != raft.Term)
            return;
        if (last < node.LastIndex || raft.Log.TermAt(node.LastIndex) != node.TermAt(node.LastIndex))
            throw new InvariantViolationException("leader append-only",
                $"{node.Id}, leader of term {raft.Term}, changed its log: last index {node.LastIndex} became {last}");
    }

    private void Register(NodeView node, in LogEntry entry, Term previous)
    {
        var content = XxHash3.HashToUInt64(entry.Data.Span, (long)entry.Kind);
        if (!_entries.TryGetValue((entry.Index.Value, entry.Term.Value), out var known))
            _entries.Add((entry.Index.Value, entry.Term.Value), (previous, content, ElectorateOf(entry)));
        else if (known.Content != content)
            throw new InvariantViolationException("log matching",
                $"{node.Id} holds another command at index {entry.Index} of term {entry.Term} than a node before it");
        else if (known.Previous != previous)
            throw new InvariantViolationException("log matching",
                $"{node.Id} holds index {entry.Index} of term {entry.Term} behind an entry of term {previous}, "
                + $"another node behind one of term {known.Previous}");
    }
}
