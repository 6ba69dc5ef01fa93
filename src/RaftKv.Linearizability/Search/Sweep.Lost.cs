namespace RaftKv.Linearizability.Search;

// What is overwritten must have been found before.
internal sealed partial class Sweep
{
    /// <summary>Whether what an operation must find that has yet to take effect would be gone.</summary>
    private bool Loses(in OpenOperation open)
    {
        foreach (var reader in _space.LostBy(Configurations.StateOf(_from), open.Class))
        {
            if (reader != open.Operation
                && (_space.CallAt(reader) > _now
                    || (_open.TryFind(reader, out var slot) && Has(Pending(_from), slot))))
                return true;
        }

        return false;
    }
}
