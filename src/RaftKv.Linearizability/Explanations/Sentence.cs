using System.Globalization;
using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Explanations;

/// <summary>Puts a core into words.</summary>
internal static class Sentence
{
    /// <summary>More operations than this are not told one by one.</summary>
    public const int ToldMax = 8;

    /// <summary>What is to be added when some of a core may not be needed.</summary>
    public const string NotMinimal = " (perhaps fewer would do: to find out takes longer than the verdict took)";

    public static string Of<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        Operation<TInput, TOutput>[] core,
        long illegalBy,
        long? from,
        Counted? counted)
        where TInput : notnull
    {
        if (counted is not null)
            return OfCounted(model, core, from, counted);
        var others = from is { } time
            ? $"whatever was there at {Time(time)} and whatever the others did then"
            : "whatever the others did";
        if (core.Length == 1 && from is null)
            return $"{Told(model, core[0])}, which nothing in the history makes possible";
        if (model is ICellModel<TInput, TOutput> cells && Overwritten(cells, core) is { } overwriting)
        {
            var what = model.Describe(overwriting.Input, overwriting.Outcome);
            return $"{Told(model, core[^1])}, although client {overwriting.Client} {what} after that "
                + $"and had its answer at {Time(overwriting.Return)}";
        }

        if (from is not null && model is ICellModel<TInput, TOutput> values && core is [var write, var read]
            && write.Return < read.Call
            && values.EffectOf(write) is CellEffect.Write or CellEffect.Swap or CellEffect.Read
            && values.EffectOf(read) is CellEffect.Read or CellEffect.Swap)
        {
            var what = model.Describe(write.Input, write.Outcome);
            return $"{Told(model, read)}, although client {write.Client} {what} and had its answer at "
                + $"{Time(write.Return)}, and nothing from {Time(write.Call)} on brought that back";
        }

        if (core.Length > ToldMax)
        {
            var last = core
                .Where(operation => operation.Outcome.IsKnown && operation.Return <= illegalBy)
                .MaxBy(operation => operation.Return);
            return $"{Told(model, last)}, which no order of these {core.Length} operations explains, {others}";
        }

        var told = core.Select(operation => Told(model, operation));
        return $"these {core.Length} operations cannot all be, {others}: {string.Join("; ", told)}";
    }

    private static string OfCounted<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] core, long? from, Counted counted)
        where TInput : notnull
    {
        var (what, end) = (model.Describe(core[0].Input, core[0].Outcome), core.Max(operation => operation.Return));
        var place = counted.OneMore ? "come between them" : "come before one of them each";
        var others = from is null
            ? $"in the whole history only {counted.Helpers} others can {place}"
            : $"only {counted.Helpers} others can {place} then, whatever was there at first";
        return $"{core.Length} times between {Time(core[0].Call)} and {Time(end)} a client {what}, but {others}";
    }

    /// <summary>
    /// The write that a read at the end of a core should have seen: behind the write of what was read, unless that was
    /// the initial value, and before the read.
    /// </summary>
    private static Operation<TInput, TOutput>? Overwritten<TInput, TOutput>(
        ICellModel<TInput, TOutput> model, Operation<TInput, TOutput>[] core)
    {
        var isOverwritten = core switch
        {
            [var write, var later, var read] => model.Reads(read, write) && IsWrite(later) && write.Return < later.Call,
            [var write, var read] => IsWrite(write) && model.ReadsInitial(read),
            _ => false,
        };
        return isOverwritten && core[^2].Return < core[^1].Call ? core[^2] : null;

        bool IsWrite(in Operation<TInput, TOutput> operation) =>
            model.EffectOf(operation) == CellEffect.Write;
    }

    private static string Told<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, in Operation<TInput, TOutput> operation)
        where TInput : notnull
    {
        var when = operation.Outcome.IsKnown
            ? $"between {Time(operation.Call)} and {Time(operation.Return)}"
            : $"perhaps, at {Time(operation.Call)} or later";
        return $"client {operation.Client} {model.Describe(operation.Input, operation.Outcome)} {when}";
    }

    private static string Time(long time) => time.ToString("N0", CultureInfo.InvariantCulture);
}
