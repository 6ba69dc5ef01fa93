namespace RaftKv.Linearizability.Search;

/// <summary>
/// The operations of one part of a history, numbered from 0 by call time, and the order of their calls and returns.
/// At equal times calls come before returns: intervals are closed.
/// </summary>
internal sealed class Part
{
    // More moves for each operation than this, and sorting from scratch is faster.
    private const int MovesMax = 32;

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

    public bool HasUnknown => Events.Length < 2 * Count;

    public bool IsUnknown(int operation) => ReturnAt[operation] == int.MaxValue;

    /// <summary>Orders the operations of a part, given as indexes into the history.</summary>
    public static Part Create<TInput, TOutput>(Operation<TInput, TOutput>[] history, int[] source)
    {
        var count = source.Length;
        SortByCall(history, source);
        var returns = new long[count];
        var returning = new int[count];
        var known = 0;
        for (var i = 0; i < count; i++)
        {
            ref readonly var operation = ref history[source[i]];
            if (!operation.Outcome.IsKnown)
                continue;
            returns[known] = operation.Return;
            returning[known++] = i;
        }

        SortNearlySorted(returns.AsSpan(0, known), returning.AsSpan(0, known));
        var callAt = new int[count];
        var returnAt = new int[count];
        Array.Fill(returnAt, int.MaxValue);
        var events = new int[count + known];
        for (int call = 0, @return = 0, at = 0; call < count || @return < known;)
        {
            if (call < count && (@return == known || history[source[call]].Call <= returns[@return]))
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

    /// <summary>Sorts by insertion: a return is out of place by no more than what was open with it.</summary>
    private static void SortNearlySorted(Span<long> times, Span<int> operations)
    {
        var movesLeft = MovesMax * (long)times.Length;
        for (var i = 1; i < times.Length; i++)
        {
            var (time, operation, at) = (times[i], operations[i], i);
            for (; at > 0 && times[at - 1] > time; at--)
                (times[at], operations[at]) = (times[at - 1], operations[at - 1]);
            (times[at], operations[at]) = (time, operation);
            movesLeft -= i - at;
            if (movesLeft < 0)
            {
                times.Sort(operations);
                return;
            }
        }
    }

    private static void SortByCall<TInput, TOutput>(Operation<TInput, TOutput>[] history, int[] source)
    {
        for (var i = 1; i < source.Length; i++)
        {
            if (history[source[i - 1]].Call <= history[source[i]].Call)
                continue;
            Array.Sort(Array.ConvertAll(source, index => history[index].Call), source);
            return;
        }
    }
}
