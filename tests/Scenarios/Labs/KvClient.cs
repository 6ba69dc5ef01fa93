using System.Text;
using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Platform;
using RaftKv.Sim.World;

namespace RaftKv.Scenarios.Labs;

/// <summary>A host with one Clerk, which sessions of a scenario use at will.</summary>
internal sealed class KvClient
{
    private readonly Scheduler _scheduler;
    private readonly Func<NodePlatform, Clerk> _open;
    private NodePlatform? _platform;

    public KvClient(KvLab lab, int number, Func<NodePlatform, Clerk> open)
    {
        (_scheduler, _open) = (lab.World.Scheduler, open);
        Number = number;
        Host = lab.World.AddNode($"c{number}", platform =>
        {
            _platform = platform;
            Clerk = open(platform);
        });
    }

    /// <summary>1, 2, 3 …; tells clients apart in histories and values.</summary>
    public int Number { get; }

    public SimNode Host { get; }

    /// <summary>The Clerk; to be used on the host's loop.</summary>
    public Clerk Clerk { get; private set; } = null!;

    /// <summary>The client's clock.</summary>
    public TimeProvider Time => _platform!.Time;

    /// <summary>Another Clerk on this host, with a session of its own; to be called on the host's loop.</summary>
    public Clerk OpenAnother() => _open(_platform!);

    /// <summary>Begins something that takes time. An exception fails the scenario.</summary>
    public KvJob Begin(Func<Task> work)
    {
        var job = new KvJob();
        Host.Post(() => _ = RunAsync(job, work));
        return job;
    }

    /// <summary>Begins a Put.</summary>
    public KvJob BeginPut(string key, string value) => Begin(async () => await Clerk.PutAsync(key, value));

    private async Task RunAsync(KvJob job, Func<Task> work)
    {
        try
        {
            await work();
            job.IsDone = true;
        }
        catch (Exception failure)
        {
            _scheduler.Fail((SimLoop)_platform!.Loop, failure);
        }
    }
}

/// <summary>Something that a client has begun.</summary>
internal sealed class KvJob
{
    public bool IsDone { get; set; }
}

/// <summary>A read that a client has begun.</summary>
internal sealed class KvRead
{
    public KvJob? Job { get; set; }

    public KvResult Result { get; set; }

    public bool IsDone => Job is { IsDone: true };

    /// <summary>What was read, as text.</summary>
    public string? Text => Result.Value is { } value ? Encoding.UTF8.GetString(value.Span) : null;
}
