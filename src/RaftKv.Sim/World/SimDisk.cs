using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>
/// One process's access to a <see cref="SimVolume"/>. Operations run one after another; each that a caller waits for
/// takes a drawn time and takes effect at its end. Writes take none, but queue behind what runs.
/// </summary>
/// <param name="scheduler">Runs the completions.</param>
/// <param name="loop">The process, for the trace.</param>
/// <param name="volume">The medium.</param>
/// <param name="decisions">Draws latencies.</param>
internal sealed class SimDisk(Scheduler scheduler, SimLoop? loop, SimVolume volume, IDecisions decisions)
    : SimEvent, IDisk
{
    private readonly Queue<Operation> _queue = [];
    private readonly Stack<DiskCompletion> _completions = [];
    private Operation _running;
    private bool _isBusy;
    private bool _isStopped;

    public async ValueTask<IReadOnlyList<string>> ListAsync()
    {
        IReadOnlyList<string> names = [];
        await WaitFor(() => names = [.. volume.Files.Keys]);
        return names;
    }

    public async ValueTask<IDiskFile> OpenAsync(string name)
    {
        SimFile? file = null;
        await WaitFor(() => file = volume.OpenOrCreate(name));
        return new SimDiskFile(this, volume, name, file!);
    }

    public ValueTask RenameAsync(string from, string to) => WaitFor(() => volume.Rename(from, to));

    public ValueTask DeleteAsync(string name) => WaitFor(() => volume.Delete(name));

    public ValueTask FlushDirectoryAsync() => WaitFor(() =>
    {
        Tell("flush", "the directory", 0);
        volume.FlushDirectory();
    });

    /// <summary>The process ends: what has not been done by now never is, and nobody is told.</summary>
    public void Stop()
    {
        _isStopped = true;
        _queue.Clear();
    }

    /// <summary>The running operation has taken its time.</summary>
    public override void Fire(long argument)
    {
        if (_isStopped) return;
        _isBusy = false;
        Finish(_running);
        volume.Faults.Operated?.Invoke();
        while (!_isBusy && !_isStopped && _queue.TryDequeue(out var next)) Start(next);
    }

    /// <summary>Adds a line to the trace.</summary>
    internal void Tell(string what, string name, int sectors) =>
        scheduler.Record(loop, TraceKind.Disk, sectors, 0, $"{what} {name}, {sectors} sectors");

    /// <summary>Whether what takes no time can be done at once.</summary>
    internal bool IsFree => !_isBusy && !_isStopped;

    /// <summary>Does something that takes no time, once all before is done.</summary>
    internal void Do(Action effect) => Enqueue(new Operation(effect, null));

    /// <summary>Does something that takes time, once all before is done.</summary>
    internal ValueTask WaitFor(Action effect)
    {
        if (!_completions.TryPop(out var completion)) completion = new DiskCompletion(_completions);
        var outcome = completion.Outcome;
        Enqueue(new Operation(effect, completion));
        return outcome;
    }

    private void Enqueue(in Operation operation)
    {
        if (_isStopped) return;
        if (_isBusy) _queue.Enqueue(operation);
        else Start(operation);
    }

    private void Start(in Operation operation)
    {
        var latency = operation.Completion is null ? TimeSpan.Zero : Latency();
        if (latency == TimeSpan.Zero)
        {
            Finish(operation);
            return;
        }

        (_running, _isBusy) = (operation, true);
        // The disk goes on while its process is paused: an event of the world, whose outcome is posted to the loop.
        scheduler.After(latency, null, this);
    }

    private TimeSpan Latency()
    {
        var latency = decisions.Exponential("disk latency", volume.Faults.MeanLatency);
        var hang = new TimeSpan(Math.Max(0, volume.Faults.HangsUntilTicks - scheduler.NowTicks));
        return latency > hang ? latency : hang;
    }

    private static void Finish(in Operation operation)
    {
        IOException? failure = null;
        try
        {
            operation.Effect();
        }
        catch (IOException thrown) when (operation.Completion is not null)
        {
            failure = thrown;
        }

        operation.Completion?.Complete(failure);
    }

    private readonly record struct Operation(Action Effect, DiskCompletion? Completion);
}
