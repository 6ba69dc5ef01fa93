namespace RaftKv.Consensus;

/// <summary>How an election stands.</summary>
internal enum ElectionOutcome : byte
{
    /// <summary>Votes are missing.</summary>
    Open = 1,

    /// <summary>A majority granted its vote.</summary>
    Won,

    /// <summary>No majority can be reached any more.</summary>
    Lost,
}

/// <summary>The votes of one election. A voter counts once; its first answer stands.</summary>
internal sealed class Ballot(int voters)
{
    private readonly List<NodeId> _answered = new(voters);
    private int _granted;

    public void Clear()
    {
        _answered.Clear();
        _granted = 0;
    }

    public ElectionOutcome Record(NodeId voter, bool granted)
    {
        if (!_answered.Contains(voter))
        {
            _answered.Add(voter);
            _granted += granted ? 1 : 0;
        }

        var majority = Quorum.Majority(voters);
        if (_granted >= majority)
            return ElectionOutcome.Won;
        return _granted + voters - _answered.Count < majority ? ElectionOutcome.Lost : ElectionOutcome.Open;
    }
}
