using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.Tightening;

/// <summary>A value, those that follow it at once, and their reads; nothing else can change the key in between.
/// </summary>
/// <param name="Start">The first value.</param>
/// <param name="FirstHigh">The first of the events before which the operations take effect.</param>
/// <param name="LastLow">The last of the events after which they do.</param>
internal readonly record struct KeyTask(int Start, int FirstHigh, int LastLow);

/// <summary>
/// The tasks of one key. Of two one comes before the other with all that belongs to it; where one order is impossible,
/// the bounds follow from the other.
/// </summary>
internal sealed class KeyTasks(Nodes nodes, Bounds bounds, int initialNode, BudgetMeter meter)
{
    private const int None = Nodes.None;
    private readonly List<int> _chain = [];
    private readonly List<KeyTask> _zones = [];
    private KeyTask[] _tasks = [];
    private int[] _sorted = [];
    private (int Best, int Task, int Second)[] _best = [];

    // The certain writers by what they took effect before, and the latest of what those up to each did after.
    private int[] _highs = [];
    private int[] _latestLows = [];

    /// <summary>Of the writers that certainly took effect before an event, the latest event that one did after.
    /// </summary>
    public int LatestLowBefore(int at)
    {
        var count = CountBelow(_highs, at);
        return count == 0 ? -1 : _latestLows[count - 1];
    }

    /// <summary>The task that an event lies inside of, when it holds the key from before to behind.</summary>
    public KeyTask? Around(int at)
    {
        var (low, high) = (0, _zones.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_zones[middle].FirstHigh < at)
                low = middle + 1;
            else
                high = middle;
        }

        return low > 0 && at < _zones[low - 1].LastLow ? _zones[low - 1] : null;
    }

    /// <summary>Draws the bounds closer, until the budget runs out; false when there is no room.</summary>
    public bool Tighten(List<int> writers)
    {
        if (!Collect(writers))
            return false;
        if (meter.Look())
            PushBehind();
        if (meter.Look())
            PushBefore();
        if (!meter.Look())
            return !bounds.IsContradiction;
        FindZones();
        _highs = [.. writers.Select(writer => bounds.High(nodes.Operation[writer]))];
        _latestLows = [.. writers.Select(writer => bounds.Low(nodes.Operation[writer]))];
        Array.Sort(_highs, _latestLows);
        for (var i = 1; i < _latestLows.Length; i++)
            _latestLows[i] = Math.Max(_latestLows[i], _latestLows[i - 1]);
        return !bounds.IsContradiction;
    }

    /// <summary>Finds the tasks; false when values must each come before the other.</summary>
    private bool Collect(List<int> writers)
    {
        var tasks = new List<KeyTask> { TaskOf(initialNode) };
        var count = _chain.Count - 1;
        foreach (var writer in writers)
        {
            if (!meter.LookEvery(tasks.Count))
                return !bounds.IsContradiction;
            if (nodes.Source[writer] != None)
                continue;
            tasks.Add(TaskOf(writer));
            count += _chain.Count;
        }

        _tasks = [.. tasks];
        if (count != writers.Count)
            ContradictCircle(writers);
        return !bounds.IsContradiction;
    }

    /// <summary>The values that come behind no first one.</summary>
    private void ContradictCircle(List<int> writers)
    {
        var chained = new HashSet<int>();
        foreach (var task in _tasks)
        {
            for (var node = task.Start; node != None; node = nodes.Next[node])
                chained.Add(node);
        }

        foreach (var writer in writers.Where(writer => !chained.Contains(writer)))
            bounds.Contradict(nodes.Operation[writer]);
    }

    private KeyTask TaskOf(int start)
    {
        _chain.Clear();
        for (var node = start; node != None; node = nodes.Next[node])
            _chain.Add(node);
        var low = Forward(start, -1);
        return new KeyTask(start, Backward(), low);
    }

    /// <summary>Lets each value come after those before; gives the last low bound.</summary>
    private int Forward(int start, int low)
    {
        for (var node = start; node != None; node = nodes.Next[node])
        {
            bounds.Raise(nodes.Operation[node], low);
            low = Math.Max(low, bounds.Low(nodes.Operation[node]));
            var latest = low;
            for (var read = nodes.FirstRead[node]; read != None; read = nodes.NextRead[read])
            {
                bounds.Raise(nodes.Operation[read], low);
                latest = Math.Max(latest, bounds.Low(nodes.Operation[read]));
            }

            low = latest;
        }

        return low;
    }

    /// <summary>Lets each value of the chain come before those behind; gives the first high bound.</summary>
    private int Backward(int high = int.MaxValue)
    {
        for (var i = _chain.Count - 1; i >= 0; i--)
        {
            var node = _chain[i];
            var first = high;
            for (var read = nodes.FirstRead[node]; read != None; read = nodes.NextRead[read])
            {
                bounds.Lower(nodes.Operation[read], high);
                first = Math.Min(first, bounds.High(nodes.Operation[read]));
            }

            bounds.Lower(nodes.Operation[node], first);
            high = Math.Min(first, bounds.High(nodes.Operation[node]));
        }

        return high;
    }

    /// <summary>Puts a task behind the others that cannot come behind it.</summary>
    private void PushBehind()
    {
        Sort(task => task.FirstHigh);
        var highs = Array.ConvertAll(_sorted, task => _tasks[task].FirstHigh);
        (int Best, int Task, int Second) best = (-1, None, -1);
        for (var i = 0; i < _sorted.Length; i++)
        {
            var low = _tasks[_sorted[i]].LastLow;
            best = low > best.Best ? (low, _sorted[i], best.Best) : best with { Second = Math.Max(low, best.Second) };
            _best[i] = best;
        }

        for (var task = 0; task < _tasks.Length && meter.LookEvery(task); task++)
        {
            var count = CountBelow(highs, _tasks[task].LastLow);
            if (count == 0)
                continue;
            var (first, of, second) = _best[count - 1];
            var low = of == task ? second : first;
            if (low > bounds.Low(nodes.Operation[_tasks[task].Start]))
                Forward(_tasks[task].Start, low);
        }
    }

    /// <summary>Puts a task before the others that cannot come before it.</summary>
    private void PushBefore()
    {
        Sort(task => task.LastLow);
        var lows = Array.ConvertAll(_sorted, task => _tasks[task].LastLow);
        (int Best, int Task, int Second) best = (int.MaxValue, None, int.MaxValue);
        for (var i = _sorted.Length - 1; i >= 0; i--)
        {
            var high = _tasks[_sorted[i]].FirstHigh;
            best = high < best.Best
                ? (high, _sorted[i], best.Best)
                : best with { Second = Math.Min(high, best.Second) };
            _best[i] = best;
        }

        for (var task = 0; task < _tasks.Length && meter.LookEvery(task); task++)
        {
            // Calls and returns are different events: no low bound is a high one.
            var from = CountBelow(lows, _tasks[task].FirstHigh);
            if (from == _sorted.Length)
                continue;
            var (first, of, second) = _best[from];
            var high = of == task ? second : first;
            if (high == int.MaxValue)
                continue;
            _chain.Clear();
            for (var node = _tasks[task].Start; node != None; node = nodes.Next[node])
                _chain.Add(node);
            Backward(high);
        }
    }

    private void FindZones()
    {
        _zones.Clear();
        _zones.AddRange(_tasks.Where(task => task.FirstHigh < task.LastLow).OrderBy(task => task.FirstHigh));
    }

    private void Sort(Converter<KeyTask, int> by)
    {
        _sorted = [.. Enumerable.Range(0, _tasks.Length)];
        Array.Sort(Array.ConvertAll(_tasks, by), _sorted);
        if (_best.Length < _tasks.Length)
            _best = new (int, int, int)[2 * _tasks.Length];
    }

    /// <summary>How many of some sorted numbers are below another.</summary>
    private static int CountBelow(int[] sorted, int limit)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < limit)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
