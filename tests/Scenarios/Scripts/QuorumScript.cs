using System.Globalization;
using RaftKv.Consensus;

namespace RaftKv.Scenarios.Scripts;

/// <summary>
/// What the voters agree on. The verbs and the names of the scripts are those of etcd's raft (quorum/testdata).
/// </summary>
internal sealed class QuorumScript : IInterpreter
{
    private const string Unknown = "_";

    public IEnumerable<string> Run(ScriptCommand command) =>
        command.Verb switch
        {
            "committed" => [Committed(command)],
            "vote" => [Vote(command)],
            _ => throw new FormatException("There is no such verb."),
        };

    /// <summary><c>committed cfg=(1,2,3) idx=(12,5,_)</c>: the index that is committed, and who holds it.</summary>
    private static string Committed(ScriptCommand command)
    {
        command.Knows("cfg", "cfgj", "idx");
        var configuration = Of(command);
        var held = Voters(command).Zip(command.List("idx"), (id, index) => (id, index: Index(index)))
            .ToDictionary(voter => voter.id, voter => voter.index);
        var committed = configuration.Reached(id => held[id]);
        var holders = held.Where(voter => voter.Value >= committed).Select(voter => voter.Key.ToString());
        return $"{command.Option("idx")} {committed}, held by {string.Join(' ', holders)}";
    }

    /// <summary><c>vote cfg=(1,2,3) votes=(y,n,_)</c>: how the election stands.</summary>
    private static string Vote(ScriptCommand command)
    {
        command.Knows("cfg", "cfgj", "votes");
        var configuration = Of(command);
        var ballot = new Ballot();
        var outcome = ElectionOutcome.Open;
        foreach (var (voter, vote) in Voters(command).Zip(command.List("votes")))
        {
            if (vote != Unknown)
                outcome = ballot.Record(configuration, voter, vote == "y");
        }

        return $"{command.Option("votes")} {outcome.ToString().ToLowerInvariant()}";
    }

    /// <summary>Voters of <c>cfg</c>, and of <c>cfgj</c> if there is one: then both halves have to agree.</summary>
    private static Configuration Of(ScriptCommand command)
    {
        var (present, former) = (command.NumberList("cfg"), command.NumberList("cfgj"));
        if (former.Length == 0)
            return Configuration.Of(present.Select(id => new NodeId(id)));
        return new(Voters(command).Select(id => new Member(id, "", Role(present, former, id.Value))));
    }

    private static MemberRole Role(int[] present, int[] former, int id) =>
        !former.Contains(id) ? MemberRole.IncomingVoter
        : !present.Contains(id) ? MemberRole.OutgoingVoter
        : MemberRole.Voter;

    /// <summary>Everybody named, in the order of the first naming, which is that of the votes and indexes.</summary>
    private static IEnumerable<NodeId> Voters(ScriptCommand command) =>
        command.NumberList("cfg").Union(command.NumberList("cfgj")).Select(id => new NodeId(id));

    private static long Index(string text) => text == Unknown ? 0 : long.Parse(text, CultureInfo.InvariantCulture);
}
