namespace RaftKv.Linearizability.Search;

/// <summary>
/// The operations of one part of a history, numbered from 0 by call time, and the order of their calls and returns.
/// At equal times calls come before returns: intervals are closed.
/// </summary>
internal sealed class Part
{
    private Part(int[] source, int[] classes, int[] callAt, int[] returnAt, int[] events)
    {
        (Source, Classes, CallAt, ReturnAt, Events) = (source, classes, callAt, returnAt, events);
    }

    /// <summary>The index of each operation in the whole history.</summary>
    public int[] Source { get; }

    /// <summary>The class of each operation in the part's state space.</summary>
    public int[] Classes { get; }

    /// <summary>The event index of each call; of unknown outcome, that of the next event.</summary>
    public int[] CallAt { get; }

    /// <summary>The event index of each return; <see cref="int.MaxValue"/> when the outcome is unknown.</summary>
    public int[] ReturnAt { get; }

    /// <summary>The calls (the operation) and returns (its complement) of known outcome, in time order.</summary>
    public int[] Events { get; }

    public bool IsUnknown(int operation) => ReturnAt[operation] == int.MaxValue;

    public static Part Create<TState, TInput, TOutput>(
        IReadOnlyList<Operation<TInput, TOutput>> history, int[] source, StateSpace<TState, TInput, TOutput> space)
        where TInput : notnull
    {
        var count = source.Length;
        var calls = new long[count];
        for (var i = 0; i < count; i++)
            calls[i] = history[source[i]].Call;
        Array.Sort(calls, source);

        var classes = new int[count];
        var returns = new long[count];
        var returning = new int[count];
        var known = 0;
        for (var i = 0; i < count; i++)
        {
            var operation = history[source[i]];
            classes[i] = space.ClassOf(operation);
            if (!operation.Outcome.IsKnown)
                continue;
            returns[known] = operation.Return;
            returning[known++] = i;
        }

        Array.Sort(returns, returning, 0, known);
        var callAt = new int[count];
        var returnAt = new int[count];
        Array.Fill(returnAt, int.MaxValue);
        var events = new int[2 * known];
        for (int call = 0, @return = 0, at = 0; call < count || @return < known;)
        {
            if (call < count && (@return == known || calls[call] <= returns[@return]))
            {
                callAt[call] = at;
                if (history[source[call]].Outcome.IsKnown)
                    events[at++] = call;
                call++;
            }
            else
            {
                returnAt[returning[@return]] = at;
                events[at++] = ~returning[@return++];
            }
        }

        return new Part(source, classes, callAt, returnAt, events);
    }
}
