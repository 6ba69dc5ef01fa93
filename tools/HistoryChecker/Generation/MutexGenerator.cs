using RaftKv.Linearizability;
using RaftKv.Linearizability.Models;

namespace RaftKv.HistoryChecker.Generation;

/// <summary>
/// Makes histories of a mutex that clients try to acquire and to release; attempts that failed are left out, as Jepsen
/// does. With the fault <see cref="Fault.Swap"/> one that fails is said to have succeeded.
/// </summary>
internal static class MutexGenerator
{
    public static List<Operation<MutexInput, bool>> Generate(Workload workload)
    {
        var chance = new SplitMix(workload.Seed);
        var history = new List<Operation<MutexInput, bool>>();
        var (isTaken, isFaulty, count) = (false, workload.Fault == Fault.Swap, 0);

        // About every second one fails.
        var most = Math.Max(1, workload.Operations / 2);
        var begin = ((workload.Operations / 4) + ((long)workload.Place * most / FaultyHistory.Places)) % most;
        foreach (var (client, call, effect, @return) in Schedule.Of(workload, chance))
        {
            var input = (MutexInput)chance.Below(2);
            var succeeds = isTaken == (input == MutexInput.Release);
            isTaken ^= succeeds && effect != long.MaxValue;
            var isLie = isFaulty && !succeeds && ++count > begin && @return != long.MaxValue;
            isFaulty &= !isLie;
            if (@return == long.MaxValue)
                history.Add(new(client, input, call));
            else if (succeeds || isLie)
                history.Add(new(client, input, output: true, call, @return));
        }

        history.Sort((x, y) => (x.Call, x.Client).CompareTo((y.Call, y.Client)));
        return history;
    }
}
