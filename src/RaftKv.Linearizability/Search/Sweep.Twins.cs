using System.Runtime.InteropServices;

namespace RaftKv.Linearizability.Search;

// Of orders that come to the same one is enough.
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

    /// <summary>
    /// Whether what took effect last would be hidden by another operation, or need not come before it: of two that come
    /// to the same in either order those go first that matter to the one that returns, and nothing goes before that one
    /// that does not matter to it.
    /// </summary>
    private bool MayComeLater(int lastClass, in OpenOperation open, int returningSlot)
    {
        var last = _space.FootprintOf(lastClass);
        if (open.Footprint.Hides(last))
            return true;
        if (!last.Commutes(open.Footprint))
            return false;
        ref readonly var returning = ref _open.InSlot(returningSlot);
        return open.Operation == returning.Operation
            || (open.Footprint.Commutes(returning.Footprint), open.Class)
                .CompareTo((last.Commutes(returning.Footprint), lastClass)) < 0;
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
