using RaftKv.Client;
using RaftKv.KeyValue;

namespace RaftKv.Node.Commands;

/// <summary>
/// What a Clerk's operation in progress has met with so far, told on the loop and read by any thread; and a history, if
/// one is wanted.
/// </summary>
internal sealed class DemoObserver(IClerkObserver? history) : IClerkObserver
{
    /// <summary>The last problem of each server; <see langword="null"/>: none was met.</summary>
    public string? Problems { get; private set; }

    public void Invoked(ClerkOperation operation)
    {
        Problems = null;
        history?.Invoked(operation);
    }

    public void Retrying(ClerkOperation operation, string problems) => Problems = problems;

    public void Completed(ClerkOperation operation, in KvResult result) => history?.Completed(operation, result);

    public void Failed(ClerkOperation operation, string reason) => history?.Failed(operation, reason);

    public void Unknown(ClerkOperation operation, string reason) => history?.Unknown(operation, reason);
}
