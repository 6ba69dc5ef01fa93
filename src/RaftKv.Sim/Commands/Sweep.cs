using System.Diagnostics;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Commands;

/// <summary>
/// Runs many seeds on dedicated threads, one world each at a time. The threads share nothing but the next seed and the
/// totals, and the digest of the trace hashes does not depend on who finishes first.
/// </summary>
/// <param name="seeds">The seeds; null: from 1 until the time is up.</param>
/// <param name="jobs">Threads.</param>
/// <param name="timeLimit">No seed is begun after it.</param>
internal sealed class Sweep(SeedRange? seeds, int jobs, TimeSpan timeLimit)
{
    private readonly SeedRange _range = seeds ?? new SeedRange(1, ulong.MaxValue - 1);
    private readonly Lock _lock = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TimeSpan _cpuBefore = Environment.CpuUsage.TotalTime;
    private readonly List<SeedResult> _notPassed = [];
    private ulong _next = seeds?.First ?? 1;

    public int Finished { get; private set; }
    public int Failed { get; private set; }
    public int Undecided { get; private set; }
    public long Events { get; private set; }
    public long Operations { get; private set; }
    public long UnknownOperations { get; private set; }
    public long Elections { get; private set; }
    public TimeSpan SimulatedTime { get; private set; }
    public UInt128 Digest { get; private set; }
    public TimeSpan Wall => Stopwatch.GetElapsedTime(_started);
    public TimeSpan Cpu => Environment.CpuUsage.TotalTime - _cpuBefore;

    /// <summary>Seeds that were asked for and not begun.</summary>
    public ulong Unrun => seeds is null ? 0 : _range.Last + 1 - _next;

    /// <summary>Whether it was stopped before its end.</summary>
    public bool IsInterrupted { get; private set; }

    /// <summary>The seeds that failed or stayed undecided, in ascending order.</summary>
    public IReadOnlyList<SeedResult> NotPassed => [.. _notPassed.OrderBy(result => result.Seed)];

    /// <summary>Runs to the end, calling <paramref name="progress"/> a few times a second.</summary>
    public void Run(Action<Sweep>? progress)
    {
        var workers = Enumerable.Range(0, jobs).Select(_ => new Thread(Work, maxStackSize: 16 * 1024 * 1024)).ToArray();
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
        {
            while (!worker.Join(TimeSpan.FromMilliseconds(250)))
            {
                lock (_lock)
                    progress?.Invoke(this);
            }
        }
    }

    /// <summary>Begins no further seed.</summary>
    /// <returns>False when it was told before.</returns>
    public bool Stop()
    {
        lock (_lock)
        {
            var isFirst = !IsInterrupted;
            IsInterrupted = true;
            return isFirst;
        }
    }

    private void Work()
    {
        using var escapes = new EscapeDetector();
        while (TakeSeed() is { } seed)
        {
            var result = Run(seed, escapes);
            lock (_lock)
                Add(result);
        }
    }

    private static SeedResult Run(ulong seed, EscapeDetector escapes)
    {
        try
        {
            return Simulation.Run(seed, escapes: escapes);
        }
        catch (Exception failure)
        {
            // Not the world but the simulator itself: it fails the seed like anything else, under its number.
            return SeedResult.Broken(seed, failure);
        }
    }

    private ulong? TakeSeed()
    {
        lock (_lock)
            return _next <= _range.Last && Wall < timeLimit && !IsInterrupted ? _next++ : null;
    }

    private void Add(SeedResult result)
    {
        Finished++;
        Events += result.Events;
        Operations += result.Operations;
        UnknownOperations += result.UnknownOperations;
        Elections += result.Elections;
        SimulatedTime += result.SimulatedTime;
        Digest += result.TraceHash * (2 * (UInt128)result.Seed + 1);
        if (result.Verdict == SeedVerdict.Failed)
            Failed++;
        if (result.Verdict == SeedVerdict.Undecided)
            Undecided++;
        if (result.Verdict != SeedVerdict.Passed)
            _notPassed.Add(result);
    }
}
