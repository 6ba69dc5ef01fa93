using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>
/// Files become durable under a name that ends in <see cref="Suffix"/> and are renamed then, so what has a final name
/// is whole. Leftovers are worthless.
/// </summary>
internal static class TemporaryFiles
{
    public const string Suffix = ".tmp";

    /// <summary>Deletes what a crash left behind.</summary>
    public static async Task DeleteAsync(IDisk disk, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (name.EndsWith(Suffix, StringComparison.Ordinal))
                await disk.DeleteAsync(name);
        }
    }
}
