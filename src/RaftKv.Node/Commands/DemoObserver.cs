using RaftKv.Client;
using RaftKv.KeyValue;

namespace RaftKv.Node.Commands;

/// <summary>What a Clerk's operation in progress has met with so far. Told on the loop, read by any thread.</summary>
internal sealed class DemoObserver : IClerkObserver
{
    /// <summary>The last problem of each server; <see langword="null"/>: none was met.</summary>
    public string? Problems { get; private set; }

    public void Invoked(ClerkOperation operation) => Problems = null;

    public void Retrying(ClerkOperation operation, string problems) => Problems = problems;

    public void Completed(ClerkOperation operation, in KvResult result)
    {
    }

    public void Failed(ClerkOperation operation, string reason)
    {
    }

    public void Unknown(ClerkOperation operation, string reason)
    {
    }
}
