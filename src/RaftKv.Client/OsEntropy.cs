using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RaftKv.Platform;

namespace RaftKv.Client;

/// <summary>Chance from the operating system.</summary>
internal sealed class OsEntropy : IEntropy
{
    /// <inheritdoc/>
    public int Below(int exclusiveMax) => RandomNumberGenerator.GetInt32(exclusiveMax);

    /// <inheritdoc/>
    public ulong NextUInt64()
    {
        ulong value = 0;
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref value)));
        return value;
    }
}
