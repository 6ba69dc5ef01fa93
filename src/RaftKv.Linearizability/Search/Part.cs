namespace RaftKv.Linearizability.Search;

/// <summary>
/// The operations of one part of a history, numbered from 0 by call time, and the order of their calls and returns.
/// At equal times calls come before returns: intervals are closed.
/// </summary>
internal sealed class Part
{
    private Part(int[] source, int[] callAt, int[] returnAt, int[] events) =>
        (Source, CallAt, ReturnAt, Events) = (source, callAt, returnAt, events);

    public int Count => Source.Length;

    /// <summary>The index of each operation in the whole history.</summary>
    public int[] Source { get; }

    /// <summary>The event index of each call.</summary>
    public int[] CallAt { get; }

    /// <summary>The event index of each return; <see cref="int.MaxValue"/> when the outcome is unknown.</summary>
    public int[] ReturnAt { get; }

    /// <summary>The calls (the operation) and returns (its complement), in time order.</summary>
    public int[] Events { get; }

    public bool IsUnknown(int operation) => ReturnAt[operation] == int.MaxValue;

    /// <summary>Orders the operations of a part, given as indexes into the history.</summary>
    public static Part Create<TInput, TOutput>(IReadOnlyList<Operation<TInput, TOutput>> history, int[] source)
    {
        var count = source.Length;
        var calls = new long[count];
        for (var i = 0; i < count; i++)
            calls[i] = history[source[i]].Call;
        if (!IsSorted(calls))
            Array.Sort(calls, source);

        var returns = new long[count];
        var returning = new int[count];
        var known = 0;
        for (var i = 0; i < count; i++)
        {
            var operation = history[source[i]];
            if (!operation.Outcome.IsKnown)
                continue;
            returns[known] = operation.Return;
            returning[known++] = i;
        }

        Array.Sort(returns, returning, 0, known);
        var callAt = new int[count];
        var returnAt = new int[count];
        Array.Fill(returnAt, int.MaxValue);
        var events = new int[count + known];
        for (int call = 0, @return = 0, at = 0; call < count || @return < known;)
        {
            if (call < count && (@return == known || calls[call] <= returns[@return]))
            {
                callAt[call] = at;
                events[at++] = call++;
            }
            else
            {
                returnAt[returning[@return]] = at;
                events[at++] = ~returning[@return++];
            }
        }

        return new Part(source, callAt, returnAt, events);
    }

    private static bool IsSorted(ReadOnlySpan<long> times)
    {
        for (var i = 1; i < times.Length; i++)
        {
            if (times[i - 1] > times[i])
                return false;
        }

        return true;
    }
}
