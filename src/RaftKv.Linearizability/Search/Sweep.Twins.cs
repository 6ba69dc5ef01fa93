using System.Runtime.InteropServices;

namespace RaftKv.Linearizability.Search;

// Of equal operations one goes first.
internal sealed partial class Sweep
{
    /// <summary>Of equal operations that never return, the first that has not taken effect.</summary>
    private bool TryFirstLeft(in UnknownGroup group, out OpenOperation first)
    {
        foreach (var slot in CollectionsMarshal.AsSpan(group.Slots))
        {
            if (Has(Done(_from), slot))
                continue;
            first = _open.InSlot(slot);
            return true;
        }

        first = default;
        return false;
    }

    private bool HasTwinInFront(int place, bool isOptional)
    {
        var twins = _open.TwinsInFront(place);
        var pending = Pending(_from);
        var done = Done(_from);
        for (var word = 0; word < twins.Length; word++)
        {
            var same = isOptional ? ~(pending[word] | done[word]) : pending[word];
            if ((twins[word] & same) != 0)
                return true;
        }

        return false;
    }
}
