namespace RaftKv.Consensus;

/// <summary>How an election stands.</summary>
internal enum ElectionOutcome : byte
{
    /// <summary>Votes are missing.</summary>
    Open = 1,

    /// <summary>A quorum granted its vote.</summary>
    Won,

    /// <summary>No quorum can be reached any more.</summary>
    Lost,
}

/// <summary>The votes of one election. A voter counts once; its first answer stands.</summary>
internal sealed class Ballot
{
    private readonly List<(NodeId Voter, bool Granted)> _answers = [];
    private readonly Func<NodeId, long> _answerOf;

    public Ballot() => _answerOf = AnswerOf;

    public bool HasAnswered(NodeId voter) => AnswerOf(voter) != 0;

    public void Clear() => _answers.Clear();

    public ElectionOutcome Record(Configuration configuration, NodeId voter, bool granted)
    {
        if (AnswerOf(voter) == 0)
            _answers.Add((voter, granted));
        return configuration.Reached(_answerOf) switch
        {
            > 0 => ElectionOutcome.Won,
            0 => ElectionOutcome.Open,
            _ => ElectionOutcome.Lost,
        };
    }

    /// <summary>1: granted, 0: not answered, -1: refused.</summary>
    private long AnswerOf(NodeId voter)
    {
        foreach (var answer in _answers)
        {
            if (answer.Voter == voter)
                return answer.Granted ? 1 : -1;
        }

        return 0;
    }
}
