using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Online;
using RaftKv.Linearizability.Tests.Oracle;
using Xunit;

namespace RaftKv.Linearizability.Tests;

public sealed class OnlineTests
{
    private static readonly string?[] _values = [null, "0", "1", "2"];

    [Fact]
    public void The_first_impossible_answer_of_a_key_value_store_is_reported_at_once() => Compare(
        new KvModel(),
        (random, i) => (random.Next(7), random.Next(2) == 0 ? $"{i}" : _values[random.Next(1, 4)]!) switch
        {
            (0 or 1, var value) => KvInput.Put(random.Next(4) == 0 ? "b" : "a", value),
            (2, var value) => KvInput.CompareAndSet("a", _values[random.Next(4)], value),
            (3, _) => KvInput.Delete("a"),
            (4, var value) => KvInput.Append("a", value),
            _ => KvInput.Get("a"),
        },
        (random, state, input) => random.Next(9) == 0 && input.Kind == KvKind.Get
            ? KvOutput.Read(_values[random.Next(4)])
            : KvModel.Apply(state, input, out _));

    [Fact]
    public void The_first_impossible_answer_of_a_mutex_is_reported_at_once() => Compare(
        new MutexModel(),
        (random, _) => (MutexInput)random.Next(2),
        (random, state, input) => random.Next(5) == 0 ? random.Next(2) == 0 : state == (input == MutexInput.Release));

    [Fact]
    public void The_first_impossible_answer_of_registers_is_reported_at_once() => Compare(
        new RegisterModel<int>(),
        (random, _) => new RegisterInput<int>((RegisterKind)random.Next(3), random.Next(3), random.Next(3)),
        (random, state, input) => new RegisterOutput<int>(
            random.Next(4) == 0 ? random.Next(3) : state,
            input.Kind != RegisterKind.CompareAndSet || state == input.Expected));

    [Fact]
    public void What_touches_several_keys_is_not_followed_but_raises_no_false_alarm()
    {
        var online = new OnlineChecker<KvState, KvInput, KvOutput>(new KvModel());
        online.Invoke(1, KvInput.Put("a", "1"));
        Assert.True(online.Return(1, KvOutput.Done));
        online.Invoke(1, KvInput.Scan("", null));
        Assert.True(online.Return(1, KvOutput.Scanned(KvItem.Of("a", "1"))));
        Assert.False(online.IsComplete);
        online.Invoke(1, KvInput.Transact(new(new(), new(KvInput.Put("a", "2"), KvInput.Put("b", "2")), new())));
        online.Invoke(2, KvInput.Get("a"));
        Assert.True(online.Return(2, KvOutput.Read("2")));
        online.Invoke(2, KvInput.Put("c", "3"));
        Assert.True(online.Return(2, KvOutput.Done));
        online.Invoke(2, KvInput.Get("c"));
        Assert.False(online.Return(2, KvOutput.Read(null)));
        Assert.True(online.IsIllegal);
    }

    [Fact]
    public void A_long_history_is_followed_with_little_memory()
    {
        var online = new OnlineChecker<KvState, KvInput, KvOutput>(new KvModel());
        for (var i = 0; i < 50_000; i++)
        {
            online.Invoke(1, KvInput.Put("a", $"{i}"));
            online.Invoke(2, KvInput.Get("a"));
            Assert.True(online.Return(1, KvOutput.Done));
            Assert.True(online.Return(2, KvOutput.Read(i == 0 ? null : $"{i - (i % 2)}")));
            Assert.InRange(online.Held, 0, 5_000);
        }

        online.Invoke(2, KvInput.Get("a"));
        Assert.False(online.Return(2, KvOutput.Read("7")));
    }

    [Fact]
    public void A_recorder_tells_its_watcher()
    {
        var history = new HistoryRecorder<KvInput, KvOutput>(
            new OnlineChecker<KvState, KvInput, KvOutput>(new KvModel()));
        var (put, lost, failed) = (Call(KvInput.Put("a", "1")), Call(KvInput.Put("a", "2")), Call(KvInput.Delete("a")));
        Assert.True(history.Return(put, KvOutput.Done, 1));
        history.Lose(lost);
        history.Discard(failed);
        Assert.True(history.Return(Call(KvInput.Get("a")), KvOutput.Read("2"), 2));
        Assert.False(history.Return(Call(KvInput.Get("a")), KvOutput.Read(null), 3));

        int Call(KvInput input) => history.Call(0, input, 0);
    }

    private static void Compare<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        Func<Random, int, TInput> input,
        Func<Random, TState, TInput, TOutput> answer)
        where TInput : notnull =>
        Cases.ForAll(random => RandomHistory.Of(random, model, input, answer), history =>
        {
            var online = new OnlineChecker<TState, TInput, TOutput>(model);
            var events = new List<(long Time, int Kind, int Index)>();
            for (var i = 0; i < history.Length; i++)
            {
                events.Add((history[i].Call, 0, i));
                if (history[i].Outcome.IsKnown)
                    events.Add((history[i].Return, 1, i));
            }

            events.Sort();
            foreach (var (time, kind, i) in events)
            {
                if (kind == 0)
                {
                    online.Invoke(i, history[i].Input);
                    if (!history[i].Outcome.IsKnown && i % 2 == 0)
                        online.Unknown(i);
                    continue;
                }

                // What has not returned yet is of unknown outcome.
                var prefix = history.Where(one => one.Call <= time).Select(one =>
                    (one.Return, Array.IndexOf(history, one)).CompareTo((time, i)) <= 0
                        ? one
                        : new(one.Client, one.Input, one.Call));
                var expected = BruteForce.IsLinearizable(model, [.. prefix]);
                Assert.Equal(expected, online.Return(i, history[i].Outcome.Value!));
                if (!expected)
                    return;
            }

            Assert.True(online.IsComplete);
        });
}
