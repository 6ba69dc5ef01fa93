using System.Text;

namespace RaftKv.Consensus;

/// <summary>
/// From one configuration to the next (paper §6; dissertation §4.3). A change that touches who votes goes through a
/// joint configuration, be it of one voter or of all; any other leaves every majority as it is and takes one step.
/// </summary>
internal static class ConfigurationChange
{
    /// <summary>What follows <paramref name="current"/>, which is not joint, when these changes begin.</summary>
    /// <returns>Why the changes make no sense, or <see langword="null"/>.</returns>
    public static string? Begin(
        Configuration current, IReadOnlyList<MemberChange> changes, out Configuration next)
    {
        next = current;
        var members = current.Members.ToDictionary(member => member.Id);
        if (changes.Count == 0)
            return "nothing is to change";
        var highestId = current.HighestId;
        var changed = new HashSet<NodeId>();
        foreach (var change in changes)
        {
            if (!changed.Add(change.Id))
                return $"{change.Id} is to change twice";
            if (Objection(current, members, highestId, change) is { } objection)
                return objection;
            if (change.Id > highestId)
                highestId = change.Id;
        }

        if (members.Count > Configuration.MaxMembers)
            return $"{members.Count} members are more than {Configuration.MaxMembers}";
        next = new Configuration(members.Values, highestId, current.Founding);
        return next.Voters.Count == 0 ? "no voter would be left" : null;
    }

    /// <summary>C_new: what a joint configuration leads to.</summary>
    public static Configuration End(Configuration joint) => new(
        joint.Members.Where(member => member.Role != MemberRole.OutgoingVoter).Select(member => member.Role switch
        {
            MemberRole.IncomingVoter => member with { Role = MemberRole.Voter },
            MemberRole.DemotedVoter => member with { Role = MemberRole.Learner },
            _ => member,
        }),
        joint.HighestId,
        joint.Founding);

    private static string? Objection(
        Configuration current, Dictionary<NodeId, Member> members, NodeId highestId, in MemberChange change)
    {
        var (kind, id, address) = change;
        if (id.Value <= 0)
            return $"{id.Value} is no id: ids are positive";
        if (kind is MemberChangeKind.AddLearner or MemberChangeKind.Move)
        {
            if (string.IsNullOrWhiteSpace(address) || Encoding.UTF8.GetByteCount(address) > Member.MaxAddressBytes)
                return $"{id} needs an address of at most {Member.MaxAddressBytes} bytes";
            if (members.Values.Any(other => other.Id != id && other.Address == address))
                return $"another member listens at {address}";
        }

        if (kind == MemberChangeKind.AddLearner)
        {
            if (current.Find(id) is not null)
                return $"{id} is a member already";
            // What is still on its way from or to the former bearer of an id must not be taken for the new one's.
            if (id <= highestId)
                return $"id {id} has been used: ids are never used twice, take one above {current.HighestId}";
            members.Add(id, new Member(id, address, MemberRole.Learner));
            return null;
        }

        if (current.Find(id) is not { } member)
            return $"{id} is not a member";
        switch (kind, member.Role)
        {
            case (MemberChangeKind.Promote, MemberRole.Learner):
                members[id] = member with { Role = MemberRole.IncomingVoter };
                return null;
            case (MemberChangeKind.Demote, MemberRole.Voter):
                members[id] = member with { Role = MemberRole.DemotedVoter };
                return null;
            case (MemberChangeKind.Remove, MemberRole.Voter):
                members[id] = member with { Role = MemberRole.OutgoingVoter };
                return null;
            case (MemberChangeKind.Remove, MemberRole.Learner):
                members.Remove(id);
                return null;
            case (MemberChangeKind.Move, _):
                members[id] = member with { Address = address };
                return null;
            default:
                return $"{kind} does not apply to {id}, a {member.Role}";
        }
    }
}
