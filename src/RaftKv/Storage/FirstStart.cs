using System.IO.Hashing;
using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>
/// What an empty directory means. A node that finds one where its data used to be must not go on as if it had never
/// voted: so a cluster is founded, and joined, on purpose only.
/// </summary>
public sealed record FirstStart
{
    private FirstStart()
    {
    }

    /// <summary>An empty directory is an error: this node has run before.</summary>
    public static FirstStart Refused { get; } = new();

    /// <summary>The node is new and waits until the cluster adds it. It neither votes nor stands until then.</summary>
    public static FirstStart Joins { get; } = new() { IsAllowed = true };

    /// <summary>Whether the directory may be empty.</summary>
    public bool IsAllowed { get; private init; }

    /// <summary>The first configuration of a new cluster, if this node founds one.</summary>
    public Configuration? Configuration { get; private init; }

    /// <summary>
    /// The node founds a cluster together with the others named, which must be told the same. The configuration becomes
    /// the log's first entry, of term 0, and gets its fingerprint.
    /// </summary>
    public static FirstStart Founds(Configuration configuration)
    {
        var fingerprint = XxHash3.HashToUInt64(ConfigurationCodec.Encode(configuration));
        return new()
        {
            IsAllowed = true,
            Configuration = new Configuration(configuration.Members, configuration.HighestId, fingerprint),
        };
    }
}
