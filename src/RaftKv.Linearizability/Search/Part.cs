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

    /// <summary>The part whose intervals were drawn closer to make this one; null: none were.</summary>
    public Part? Original { get; private init; }

    /// <summary>
    /// Of values of keys that can only have been made once, the operations that must find them, if that is known.
    /// </summary>
    public Dictionary<(string Key, string? Value), int[]>? Readers { get; private init; }

    // Of each event the one of the original.
    private int[] Positions { get; init; } = [];

    public bool HasUnknown => Events.Length < 2 * Count;

    public bool IsUnknown(int operation) => ReturnAt[operation] == int.MaxValue;

    /// <summary>Of an event, or of the end, the one of <see cref="Original"/>.</summary>
    public int OriginalOf(int at) => at < Positions.Length ? Positions[at] : Original!.Events.Length;

    /// <summary>Of an operation the one of <see cref="Original"/>.</summary>
    public int OriginalOperation(int operation) => Array.IndexOf(Original!.Source, Source[operation]);

    /// <summary>Some of the operations, each between a call and a return within its interval.</summary>
    public Part Within(
        int[] low, int[] high, int[] operations, Dictionary<(string Key, string? Value), List<int>> readers)
    {
        int[] byLow = [.. operations];
        Array.Sort(Array.ConvertAll(byLow, operation => low[operation]), byLow);
        int[] byHigh = [.. Enumerable.Range(0, byLow.Length).Where(i => high[byLow[i]] != int.MaxValue)];
        Array.Sort(Array.ConvertAll(byHigh, i => high[byLow[i]]), byHigh);
        var callAt = new int[byLow.Length];
        var returnAt = new int[byLow.Length];
        Array.Fill(returnAt, int.MaxValue);
        var events = new int[byLow.Length + byHigh.Length];
        var positions = new int[events.Length];
        for (int call = 0, @return = 0, at = 0; at < events.Length; at++)
        {
            if (call < byLow.Length && (@return == byHigh.Length || low[byLow[call]] < high[byLow[byHigh[@return]]]))
            {
                (events[at], positions[at], callAt[call]) = (call, low[byLow[call]], at);
                call++;
            }
            else
            {
                var returning = byHigh[@return++];
                (events[at], positions[at], returnAt[returning]) = (~returning, high[byLow[returning]], at);
            }
        }

        var places = new int[Count];
        Array.Fill(places, -1);
        for (var i = 0; i < byLow.Length; i++)
            places[byLow[i]] = i;
        return new Part(Array.ConvertAll(byLow, operation => Source[operation]), callAt, returnAt, events)
        {
            Readers = readers.Where(value => places[value.Value[0]] >= 0)
                .ToDictionary(value => value.Key, value => value.Value.Select(reader => places[reader]).ToArray()),
            Original = this,
            Positions = positions,
        };
    }

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
