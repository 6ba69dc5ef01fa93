using FsCheck.Xunit;
using RaftKv.Consensus;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Quorum and ballot against the definition of a majority.</summary>
public sealed class QuorumProperties
{
    [Property(MaxTest = 500)]
    public bool The_reached_position_is_the_highest_that_more_than_half_have_reached(byte first, byte[] others)
    {
        LogIndex[] positions = [new(first % 16), .. others.Take(8).Select(other => new LogIndex(other % 16))];
        var expected = positions
            .Where(candidate => positions.Count(position => position >= candidate) * 2 > positions.Length)
            .Max();

        return Quorum.Reached(positions) == expected;
    }

    [Property(MaxTest = 500)]
    public bool An_election_is_decided_by_the_first_answer_of_each_voter(
        byte size, (byte Voter, bool Granted)[] answers)
    {
        var voters = 1 + (size % 7);
        var ballot = new Ballot(voters);
        var first = new Dictionary<int, bool>();
        foreach (var (voter, granted) in answers)
        {
            first.TryAdd(voter % voters, granted);
            var yes = first.Values.Count(vote => vote);
            var no = first.Count - yes;
            var expected = yes * 2 > voters ? ElectionOutcome.Won
                : (voters - no) * 2 <= voters ? ElectionOutcome.Lost
                : ElectionOutcome.Open;
            if (ballot.Record(new NodeId(1 + (voter % voters)), granted) != expected)
                return false;
        }

        return true;
    }
}
