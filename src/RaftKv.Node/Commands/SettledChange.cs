using RaftKv.Client;
using RaftKv.Consensus;

namespace RaftKv.Node.Commands;

/// <summary>
/// A change of the members. When its answer was lost, as it easily is when the leadership passes on meanwhile, the
/// members tell whether it was made.
/// </summary>
internal static class SettledChange
{
    /// <returns>The members then.</returns>
    /// <exception cref="ClerkException">It was not made, or not yet.</exception>
    public static async ValueTask<Configuration> MakeAsync(
        Clerk clerk, MemberChange change, CancellationToken cancellationToken)
    {
        try
        {
            return await clerk.ChangeMembersAsync([change], cancellationToken);
        }
        catch (ClerkOutcomeUnknownException) when (!cancellationToken.IsCancellationRequested)
        {
            // No change, but the members once none is under way.
            var members = await clerk.ChangeMembersAsync([], cancellationToken);
            if (IsMade(change, members))
                return members;
            throw;
        }
    }

    private static bool IsMade(MemberChange change, Configuration configuration)
    {
        var now = configuration.Members.Where(member => member.Id == change.Id).ToArray();
        return change.Kind switch
        {
            MemberChangeKind.AddLearner => now is [{ Address: var address }] && address == change.Address,
            MemberChangeKind.Promote => now is [{ Role: MemberRole.Voter }],
            MemberChangeKind.Demote => now is [{ Role: MemberRole.Learner }],
            MemberChangeKind.Remove => now is [],
            _ => false,
        };
    }
}
