namespace RaftKv.Linearizability.Tests.Oracle;

/// <summary>
/// Small random histories: operations that took effect one at a time, then perhaps one answer or one interval
/// falsified, so that about half are legal and the others are nearly so.
/// </summary>
internal static class RandomHistory
{
    public static Operation<TInput, TOutput>[] Of<TState, TInput, TOutput>(
        Random random,
        IModel<TState, TInput, TOutput> model,
        Func<Random, int, TInput> input,
        Func<Random, TState, TInput, TOutput> answer,
        int countMax = 8)
        where TInput : notnull
    {
        var count = random.Next(1, countMax + 1);
        var wide = random.Next(1, 4 * count);
        var unknownPercent = random.Next(3) * 25;
        var falsePercent = random.Next(2) * 20;
        var state = model.Initial;
        var history = new List<Operation<TInput, TOutput>>();
        for (var i = 0; i < count; i++)
        {
            var asked = input(random, i);
            long call = Math.Max(0, (2 * i) - random.Next(wide)), @return = (2 * i) + random.Next(wide);
            if (random.Next(100) < unknownPercent)
            {
                if (random.Next(2) == 0 && model.Step(state, asked, default, out var after))
                    state = after;
                history.Add(new(i, asked, call));
                continue;
            }

            var lies = random.Next(100) < falsePercent;
            var answered = answer(random, lies ? model.Initial : state, asked);
            if (model.Step(state, asked, new(answered), out var next))
                state = next;
            history.Add(new(i, asked, answered, call, @return));
        }

        return [.. history.OrderBy(_ => random.Next())];
    }
}
