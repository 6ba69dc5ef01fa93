using RaftKv.Consensus;
using RaftKv.Scenarios.Catalogue;
using RaftKv.Sim.Checks;
using RaftKv.Sim.World;
using Xunit;
using Xunit.Sdk;

namespace RaftKv.Scenarios.Labs;

/// <summary>
/// A cluster under a scenario that reads like a test of the MIT labs, in virtual time and under all checks of a sweep.
/// Servers are numbered from 0, as there.
/// </summary>
internal abstract class Lab
{
    /// <summary>
    /// The shortest election time-out. With 300 ms, a leader whose answers take up to 2.2 s (TestFigure8Unreliable3C)
    /// too often believes to be deserted, and gives up its office.
    /// </summary>
    public static readonly TimeSpan ElectionTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest silence of a leader.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>What the labs call the election time-out: a wait in which a leader should come about.</summary>
    public static readonly TimeSpan LabElectionTimeout = TimeSpan.FromSeconds(1);

    private static readonly string? _traceFile = Environment.GetEnvironmentVariable("RAFTKV_SCENARIO_TRACE");

    protected Lab(ulong seed, int servers, NetworkOptions? network = null)
    {
        Servers = servers;
        World = new SimWorld(seed, new WorldOptions
        {
            Network = network ?? new NetworkOptions { Mode = DeliveryMode.Adversarial },
            RecordsTrace = _traceFile is not null,
        });
        Network = new LabNetwork(World.Network, servers);
        Choose = World.Decisions.Stream(Concern.Workload, lane: -1);
    }

    /// <summary>The world in which all happens.</summary>
    public SimWorld World { get; }

    /// <summary>How many servers there are.</summary>
    public int Servers { get; }

    /// <summary>The links between servers.</summary>
    public LabNetwork Network { get; }

    /// <summary>The scenario's own choices.</summary>
    public IDecisions Choose { get; }

    /// <summary>The servers' hosts.</summary>
    public abstract IReadOnlyList<SimNode> Hosts { get; }

    /// <summary>The checks over all servers.</summary>
    public abstract ClusterChecks Checks { get; }

    /// <summary>The consensus core of a server; null while it does not run or recovers.</summary>
    public abstract Raft? RaftOf(int server);

    /// <summary>What the server's state machine has applied.</summary>
    public abstract LogIndex AppliedBy(int server);

    /// <summary>A hash of the state of the server's state machine.</summary>
    public abstract ulong StateOf(int server);

    /// <summary>Lets time pass.</summary>
    public void Sleep(TimeSpan duration)
    {
        World.RunFor(duration);
        CheckWorld();
    }

    /// <summary>Lets time pass.</summary>
    public void Sleep(int milliseconds) => Sleep(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Lets time pass until a condition holds, or fails.</summary>
    public void Await(string what, Func<bool> condition, TimeSpan limit)
    {
        if (!IsWithin(limit, condition))
            Fail($"{what} did not happen within {limit.TotalSeconds} s");
    }

    /// <summary>Lets time pass until a condition holds.</summary>
    /// <returns>Whether it came to hold within the limit.</returns>
    public bool IsWithin(TimeSpan limit, Func<bool> condition)
    {
        var isMet = World.RunUntil(condition, limit);
        CheckWorld();
        return isMet;
    }

    /// <summary>A choice in [0, <paramref name="exclusiveMax"/>).</summary>
    public int Random(int exclusiveMax) => Choose.Choose("scenario", exclusiveMax);

    /// <summary>Whether the server's process runs.</summary>
    public bool IsUp(int server) => Hosts[server].IsRunning;

    /// <summary>Ends a server by a power loss, which takes along any subset of what was not flushed.</summary>
    /// <remarks>The labs keep what the server wrote last. Ours may lose more.</remarks>
    public void Crash(int server)
    {
        if (IsUp(server))
            Hosts[server].Crash(isPowerLoss: true);
    }

    /// <summary>Starts a server again, ending it before if need be; then it is connected.</summary>
    public void Restart(int server)
    {
        Crash(server);
        Hosts[server].Start();
        Network.Connect(server);
        // From here on its last incarnation is forgotten.
        Sleep(TimeSpan.Zero);
    }

    /// <summary>Ends all servers at the same moment, and starts them again.</summary>
    public void RestartAll()
    {
        for (var server = 0; server < Servers; server++)
            Crash(server);
        for (var server = 0; server < Servers; server++)
            Restart(server);
    }

    /// <summary>Finds the leader among the connected servers, within 5 s.</summary>
    public int CheckOneLeader()
    {
        for (var poll = 0; poll < 10; poll++)
        {
            Sleep(450 + Random(100));
            var leaders = Connected().Where(Leads).ToLookup(server => RaftOf(server)!.Term);
            if (leaders.FirstOrDefault(term => term.Count() > 1) is { } several)
                Fail($"term {several.Key} has {several.Count()} leaders");
            if (leaders.Count > 0)
                return leaders.MaxBy(term => term.Key)!.First();
        }

        Fail("no leader among the connected servers");
        return -1;
    }

    /// <summary>
    /// Waits until all servers run and follow one leader, and can answer it: a connection that was begun while a link
    /// was down is given up after 1 s and made anew within 0.5 s.
    /// </summary>
    public int AwaitOneLeaderOfAll()
    {
        Sleep(1500);
        Await("one leader of all", () => Enumerable.Range(0, Servers).Select(server => RaftOf(server)?.Leader)
            .Distinct().ToArray() is [{ Value: > 0 } leader] && Leads(leader.Value - 1), 20 * ElectionTimeout);
        return Enumerable.Range(0, Servers).First(Leads);
    }

    /// <summary>The term on which all connected servers agree.</summary>
    public Term CheckTerms() => Assert.Single(Connected().Select(server => RaftOf(server)!.Term).Distinct());

    /// <summary>Servers that run and are not cut off.</summary>
    public IEnumerable<int> Connected() =>
        Enumerable.Range(0, Servers).Where(server => Network.IsConnected(server) && RaftOf(server) is not null);

    /// <summary>Whether a server believes to lead.</summary>
    public bool Leads(int server) => RaftOf(server)?.Role == Role.Leader;

    /// <summary>
    /// The end of every scenario: all faults are removed; then within 20 election time-outs there is one leader, and
    /// logs and states are equal; then a fresh write is read back.
    /// </summary>
    public void Finish()
    {
        Network.Heal();
        foreach (var host in Hosts)
        {
            host.Time.SetRate(1, 1);
            host.Resume();
            if (!host.IsRunning)
                host.Start();
        }

        var limit = 20 * ElectionTimeout;
        if (!IsWithin(limit, () => Unsettled() is null))
            Fail($"{Unsettled()}, {limit.TotalSeconds} s after all faults were removed");
        WriteAndReadBack();
        if (!IsWithin(limit, () => Unsettled() is null))
            Fail($"{Unsettled()}, {limit.TotalSeconds} s after the last write");
    }

    /// <summary>Fails the scenario.</summary>
    public void Fail(string reason)
    {
        if (_traceFile is not null)
            File.WriteAllLines(_traceFile, World.Trace.Lines);
        throw new XunitException($"{reason} (at {World.Now.TotalSeconds} s)");
    }

    /// <summary>Runs a scenario over all seeds.</summary>
    protected static void Run<TLab>(string test, Func<ulong, TLab> create, Action<TLab> scenario)
        where TLab : Lab => ScenarioSeeds.ForEach(test, seed => RunOnce(create(seed), scenario));

    /// <summary>Runs a scenario in a lab.</summary>
    protected static void RunOnce<TLab>(TLab lab, Action<TLab> scenario)
        where TLab : Lab
    {
        try
        {
            scenario(lab);
            lab.Finish();
        }
        catch (Exception failure) when (failure is XunitException && _traceFile is not null)
        {
            File.WriteAllLines(_traceFile, lab.World.Trace.Lines);
            throw;
        }
    }

    /// <summary>Writes something new and sees it on all servers.</summary>
    protected abstract void WriteAndReadBack();

    private string? Unsettled()
    {
        var leaders = Enumerable.Range(0, Servers).Where(Leads).ToArray();
        if (leaders is not [var leader])
            return $"{leaders.Length} servers lead";
        var first = RaftOf(leader)!;
        return first.Configuration.IsJoint
            ? $"the configuration is joint, {first.Configuration}"
            : first.Configuration.Members.Select(member => Difference(member.Id.Value - 1))
                .FirstOrDefault(difference => difference is not null);

        string? Difference(int server)
        {
            if (RaftOf(server) is not { } raft)
                return $"n{server + 1} does not run";
            return raft.CommitIndex != raft.LastIndex || AppliedBy(server) != raft.CommitIndex
                ? $"{raft.Id} has applied {AppliedBy(server)} and committed {raft.CommitIndex} of {raft.LastIndex}"
                : (raft.LastIndex, raft.Term, raft.Leader) != (first.LastIndex, first.Term, first.Leader)
                ? $"{raft.Id} ends at index {raft.LastIndex} in term {raft.Term}, unlike {first.Id}"
                : !raft.Configuration.Equals(first.Configuration)
                ? $"{raft.Id} has the configuration {raft.Configuration}, not {first.Configuration}"
                : StateOf(server) != StateOf(leader) ? $"{raft.Id} has another state than {first.Id}" : null;
        }
    }

    private void CheckWorld()
    {
        if (World.Failure is { } failure)
            Fail($"{failure}");
    }
}
