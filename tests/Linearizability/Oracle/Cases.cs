using FsCheck;
using FsCheck.Fluent;

namespace RaftKv.Linearizability.Tests.Oracle;

/// <summary>How many random histories a property is tried on: RAFTKV_CHECK_CASES, or a few thousand.</summary>
internal static class Cases
{
    public static readonly int Count =
        int.TryParse(Environment.GetEnvironmentVariable("RAFTKV_CHECK_CASES"), out var count) ? count : 2_000;

    /// <summary>Checks a property of random small histories; a failure is shrunk by leaving operations out.</summary>
    public static void ForAll<TInput, TOutput>(
        Func<Random, Operation<TInput, TOutput>[]> generate, Action<Operation<TInput, TOutput>[]> property)
    {
        var histories = Arb.From(
            ArbMap.Default.GeneratorFor<int>().Select(seed => generate(new Random(seed))),
            history => history.Select((_, left) => history.Where((_, i) => i != left).ToArray()));
        Prop.ForAll(histories, property).Check(
            Config.QuickThrowOnFailure.WithMaxTest(Count).WithStartSize(1).WithEndSize(1_000_000));
    }
}
