using RaftKv.KeyValue;

namespace RaftKv.Client;

/// <summary>
/// Is told of every operation when it begins and when it ends, so that a history can be recorded. Called on the loop;
/// an end is told before the caller learns of it. Must not throw.
/// </summary>
public interface IClerkObserver
{
    /// <summary>An operation begins. Exactly one of Completed, Failed and Unknown follows.</summary>
    void Invoked(ClerkOperation operation);

    /// <summary>All servers were tried in vain; a pause and another round follow. Told any number of times.</summary>
    /// <param name="operation">What is tried.</param>
    /// <param name="problems">The last problem of each server, for a person to read.</param>
    void Retrying(ClerkOperation operation, string problems)
    {
    }

    /// <summary>It was answered with <paramref name="result"/>, whose status is <see cref="KvStatus.Ok"/>.</summary>
    void Completed(ClerkOperation operation, in KvResult result);

    /// <summary>It failed: a write was not and will not be applied, a read has read nothing.</summary>
    void Failed(ClerkOperation operation, string reason);

    /// <summary>It ended without an answer: a write may have been applied, may still be, or never will.</summary>
    void Unknown(ClerkOperation operation, string reason);
}
