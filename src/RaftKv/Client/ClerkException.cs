namespace RaftKv.Client;

/// <summary>An operation of a <see cref="Clerk"/> ended without success.</summary>
public abstract class ClerkException(string message, Exception? inner) : Exception(message, inner);

/// <summary>The cluster rejected the command, e.g. as too large. It was not and will not be applied.</summary>
public sealed class KvRejectedException(string message) : ClerkException(message, null);

/// <summary>
/// No server answered within <see cref="ClerkOptions.OperationTimeout"/>. A write was not and will not be applied.
/// </summary>
public sealed class ClerkUnavailableException(string message) : ClerkException(message, null);

/// <summary>
/// Every server turned the Clerk away, such as those of another cluster. A write was not and will not be applied.
/// </summary>
public sealed class ClerkRefusedException(string message) : ClerkException(message, null);

/// <summary>
/// The write was sent but not answered, and the caller cancelled, the Clerk was disposed, or time ran out: it may have
/// been applied, may still be, or never will. It is never applied twice.
/// </summary>
public sealed class ClerkOutcomeUnknownException(string message, Exception? inner) : ClerkException(message, inner);
