using System.Text;
using RaftKv.Consensus;
using RaftKv.KeyValue;

namespace RaftKv.Client;

// What a caller can ask. Bytes that are passed must stay as they are until the task has completed.
public sealed partial class Clerk
{
    /// <summary>Reads a key.</summary>
    /// <returns>The value, or <see langword="null"/> when the key is absent.</returns>
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken = default) =>
        AskAsync(KvRequest.Get(key), static result => result.Value, cancellationToken);

    /// <summary>Reads a key whose value is text.</summary>
    /// <returns>The text, or <see langword="null"/> when the key is absent.</returns>
    /// <exception cref="DecoderFallbackException">The value is not UTF-8.</exception>
    public async ValueTask<string?> GetStringAsync(string key, CancellationToken cancellationToken = default) =>
        await GetAsync(key, cancellationToken) is { } value ? StrictUtf8.Encoding.GetString(value.Span) : null;

    /// <summary>Sets a key's value.</summary>
    /// <returns>The store's revision after it (see <see cref="KvResult.Revision"/>).</returns>
    public ValueTask<long> PutAsync(
        string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default) =>
        AskAsync(KvRequest.Put(key, value), static result => result.Revision, cancellationToken);

    /// <summary>Sets a key's value to text, as UTF-8.</summary>
    /// <returns>The store's revision after it.</returns>
    public ValueTask<long> PutAsync(string key, string value, CancellationToken cancellationToken = default) =>
        PutAsync(key, Bytes(value), cancellationToken);

    /// <summary>Adds to the end of a key's value; an absent key counts as empty.</summary>
    /// <returns>The store's revision after it.</returns>
    public ValueTask<long> AppendAsync(
        string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default) =>
        AskAsync(KvRequest.Append(key, value), static result => result.Revision, cancellationToken);

    /// <summary>Adds text, as UTF-8, to the end of a key's value; an absent key counts as empty.</summary>
    /// <returns>The store's revision after it.</returns>
    public ValueTask<long> AppendAsync(string key, string value, CancellationToken cancellationToken = default) =>
        AppendAsync(key, Bytes(value), cancellationToken);

    /// <summary>Removes a key; an absent one stays absent.</summary>
    public ValueTask<DeleteResult> DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        AskAsync(
            KvRequest.Delete(key),
            static result => new DeleteResult(result.Succeeded, result.Revision),
            cancellationToken);

    /// <summary>Sets a key's value if it is the expected one; otherwise reads it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expected">The value that must be there; <see langword="null"/>: the key must be absent.</param>
    /// <param name="value">The value to set.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public ValueTask<SwapResult> CompareAndSwapAsync(
        string key, ReadOnlyMemory<byte>? expected, ReadOnlyMemory<byte> value,
        CancellationToken cancellationToken = default) =>
        AskAsync(
            KvRequest.CompareAndSwap(key, expected, value),
            static result => new SwapResult(result.Succeeded, result.Value, result.Revision),
            cancellationToken);

    /// <summary>Sets a key's value to text, as UTF-8, if it is the expected text; otherwise reads it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expected">The text that must be there; <see langword="null"/>: the key must be absent.</param>
    /// <param name="value">The text to set.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public ValueTask<SwapResult> CompareAndSwapAsync(
        string key, string? expected, string value, CancellationToken cancellationToken = default) =>
        CompareAndSwapAsync(
            key,
            expected is null ? default(ReadOnlyMemory<byte>?) : StrictUtf8.Encoding.GetBytes(expected),
            Bytes(value),
            cancellationToken);

    /// <summary>Reads the keys of a range in order, all at one moment, as many as fit one answer.</summary>
    public ValueTask<ScanPage> ScanAsync(KvScan range, CancellationToken cancellationToken = default) =>
        AskAsync(
            KvRequest.Scan(range),
            static result => new ScanPage(result.Page!.Items, result.Page.Next, result.Revision),
            cancellationToken);

    /// <summary>Reads the keys that begin with <paramref name="prefix"/>; see the other overload.</summary>
    public ValueTask<ScanPage> ScanAsync(string prefix, CancellationToken cancellationToken = default) =>
        ScanAsync(new KvScan { Prefix = prefix }, cancellationToken);

    /// <summary>Runs a transaction: all of one of its lists, at one moment, or nothing.</summary>
    /// <exception cref="ArgumentException">A list holds another operation than Get, Put, Append, Delete.</exception>
    public ValueTask<TransactionResult> TransactAsync(
        KvTransaction transaction, CancellationToken cancellationToken = default) =>
        AskAsync(
            KvRequest.Transact(transaction),
            static result => new TransactionResult(result.Succeeded, result.Results!, result.Revision),
            cancellationToken);

    /// <summary>
    /// Reads with a chosen promise, from chosen servers: a Get, a Scan, or a transaction that only reads. All other
    /// methods read as <see cref="ClerkOptions.Reads"/> say.
    /// </summary>
    /// <exception cref="ArgumentException">The request can write, or the options contradict each other.</exception>
    public ValueTask<KvResult> ReadAsync(
        KvRequest request, ReadOptions reads, CancellationToken cancellationToken = default)
    {
        if (!request.IsReadOnly)
            throw new ArgumentException($"{request} is no read.", nameof(request));
        reads.Validate();
        return new ValueTask<KvResult>(ExecuteAsync(request, cancellationToken, reads));
    }

    /// <summary>The caller's errors are thrown at once, all others by the task.</summary>
    private ValueTask<T> AskAsync<T>(KvRequest request, Func<KvResult, T> answer, CancellationToken cancellationToken)
    {
        return Answer(ExecuteAsync(request, cancellationToken));

        async ValueTask<T> Answer(Task<KvResult> execution) => answer(await execution);
    }

    /// <summary>The caller's errors, told before anything begins. What a lone surrogate is in cannot be sent.</summary>
    private static void RequireSendable(KvRequest request)
    {
        switch (request)
        {
            case { Range: { } range }:
                foreach (var bound in (ReadOnlySpan<string>)[range.Prefix, range.From, range.To ?? ""])
                    _ = StrictUtf8.Encoding.GetByteCount(bound);
                ArgumentOutOfRangeException.ThrowIfNegative(range.Limit, nameof(range));
                break;
            case { Transaction: { } transaction }:
                foreach (var compare in transaction.Compares) RequireSendable(compare.Key);
                foreach (var operation in transaction.Then.Concat(transaction.Else))
                {
                    if (!operation.IsSimple)
                        throw new ArgumentException($"A {operation.Operation} is part of a transaction.");
                    RequireSendable(operation.Key);
                }

                break;
            default:
                RequireSendable(request.Key);
                break;
        }
    }

    private static byte[] Bytes(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return StrictUtf8.Encoding.GetBytes(value);
    }

    private static void RequireSendable(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        // EncoderFallbackException is an ArgumentException.
        _ = StrictUtf8.Encoding.GetByteCount(key);
    }
}
