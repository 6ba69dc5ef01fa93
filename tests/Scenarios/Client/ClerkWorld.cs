using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RaftKv.Client;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Platform;
using RaftKv.Rpc;
using Xunit;

namespace RaftKv.Scenarios.Client;

/// <summary>Clerks, virtual time, and servers "a", "b", "c" that a test answers for.</summary>
internal sealed class ClerkWorld : IDisposable
{
    private readonly SynchronizationContext? _before = SynchronizationContext.Current;
    private ulong _sessions;

    public ClerkWorld() => SynchronizationContext.SetSynchronizationContext(Loop);

    public TestLoop Loop { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public CountingEntropy Entropy { get; } = new();

    /// <summary>Everything that was sent, in order.</summary>
    public List<Attempt> Attempts { get; } = [];

    /// <summary>Servers that have not welcomed the Clerk.</summary>
    public HashSet<string> Silent { get; } = [];

    /// <summary>Addresses of channels that are open.</summary>
    public List<string> Open { get; } = [];

    /// <summary>What the servers do: null leaves the attempt without an answer.</summary>
    public Func<Attempt, RpcResult?> Answer { get; set; } = _ => null;

    /// <summary>What administrators asked, and of whom.</summary>
    public List<(string Address, AdministrationRequest Request)> Administered { get; } = [];

    /// <summary>What a server says to an administrator.</summary>
    public Func<string, RpcResult> AnswerAdministrator { get; set; } = _ => Failed(RpcOutcome.NotSent);

    /// <summary>Whether sessions 1, 2, 3 … are opened and kept alive unseen.</summary>
    public bool GrantsSessions { get; set; } = true;

    /// <summary>How long a session lives that is granted.</summary>
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromHours(1);

    public ClerkOptions Options { get; init; } = new() { Endpoints = ["a", "b", "c"], ClusterId = "test" };

    public long NowMs => (long)(Time.GetUtcNow() - Time.Start).TotalMilliseconds;

    public IEnumerable<string> Addresses => Attempts.Select(attempt => attempt.Address);

    public Clerk Clerk(IClerkObserver? observer = null)
    {
        var platform = new NodePlatform(Loop, Time, null!, null!, Entropy, NullLoggerFactory.Instance);
        return new Clerk(
            platform, Options with { Observer = observer }, (_, address, _) => new ScriptedChannel(this, address));
    }

    /// <summary>Lets time pass, a millisecond at a time, so that timers set meanwhile fire when they should.</summary>
    public void Advance(int milliseconds)
    {
        Loop.Drain();
        for (var i = 0; i < milliseconds; i++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(1));
            Loop.Drain();
        }
    }

    /// <summary>The result of an operation that ends within so many milliseconds.</summary>
    public T Within<T>(int milliseconds, ValueTask<T> operation)
    {
        var task = operation.AsTask();
        for (var i = 0; i <= milliseconds && !task.IsCompleted; i++) Advance(i == 0 ? 0 : 1);
        Assert.True(task.IsCompleted, "The operation has not ended.");
        return task.GetAwaiter().GetResult();
    }

    public void Within(int milliseconds, ValueTask operation) =>
        Within(milliseconds, new ValueTask<bool>(Finish(operation)));

    public static RpcResult Reply(KvStatus status, string? leader = null, string? detail = null) =>
        RpcResult.Replied(new KvReply(status, detail, leader));

    public static RpcResult Value(ReadOnlyMemory<byte>? value) =>
        RpcResult.Replied(new KvReply(new KvResult(KvStatus.Ok, value)));

    public static RpcResult Failed(RpcOutcome outcome) => RpcResult.Failed(outcome, "test");

    public static RpcResult Opened(ulong client, TimeSpan timeout) =>
        RpcResult.Replied(new KvReply(new KvResult(KvStatus.Ok) { Session = new KvSession(new(client), timeout) }));

    public void Dispose() => SynchronizationContext.SetSynchronizationContext(_before);

    private static async Task<bool> Finish(ValueTask operation)
    {
        await operation;
        return true;
    }

    private RpcResult Granted(KvCommand command) => command.Operation == KvOperation.OpenSession
        ? Opened(++_sessions, SessionTimeout)
        : Reply(KvStatus.Ok);

    internal sealed record Attempt(int Number, string Address, KvCommand Command, TimeSpan Timeout, long AtMs);

    /// <summary>Runs posts when the test says so. Its thread is the test's, unless told otherwise.</summary>
    internal sealed class TestLoop : NodeLoop
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _posts = [];

        public bool Inside { get; set; } = true;

        public bool Stopped { get; set; }

        public override bool IsCurrent => Inside;

        public override bool IsStopped => Stopped;

        public override void Post(SendOrPostCallback d, object? state) => _posts.Enqueue((d, state));

        /// <summary>Nothing runs any more, not even what was posted.</summary>
        public void Stop()
        {
            Stopped = true;
            _posts.Clear();
        }

        public void Drain()
        {
            var inside = Inside;
            Inside = true;
            while (_posts.TryDequeue(out var post)) post.Callback(post.State);
            Inside = inside;
        }
    }

    /// <summary>Client ids 1, 2, 3 …; of a range always the largest.</summary>
    internal sealed class CountingEntropy : IEntropy
    {
        private ulong _last;

        public int Below(int exclusiveMax) => exclusiveMax - 1;

        public ulong NextUInt64() => ++_last;
    }

    private sealed class ScriptedChannel : IKvChannel
    {
        private readonly ClerkWorld _world;
        private readonly string _address;
        private readonly List<TaskCompletionSource<RpcResult>> _waiting = [];

        public ScriptedChannel(ClerkWorld world, string address)
        {
            (_world, _address) = (world, address);
            world.Open.Add(address);
        }

        public bool IsOpen => !_world.Silent.Contains(_address);

        public Task<RpcResult> CallAsync(
            AdministrationRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        {
            _world.Administered.Add((_address, request));
            return Task.FromResult(_world.AnswerAdministrator(_address));
        }

        public async Task<RpcResult> CallAsync(KvCommand command, TimeSpan timeout, CancellationToken cancellationToken)
        {
            Assert.True(_world.Loop.IsCurrent);
            Assert.Contains(_address, _world.Open);
            if (_world.GrantsSessions && command.Operation is KvOperation.OpenSession or KvOperation.KeepAlive)
                return _world.Granted(command);
            var attempt = new Attempt(_world.Attempts.Count, _address, command, timeout, _world.NowMs);
            _world.Attempts.Add(attempt);
            if (_world.Answer(attempt) is { } answer) return answer;
            var end = new TaskCompletionSource<RpcResult>();
            _waiting.Add(end);
            using var timer = _world.Time.CreateTimer(
                _ => end.TrySetResult(Failed(RpcOutcome.TimedOut)), null, timeout, Timeout.InfiniteTimeSpan);
            using var registration = cancellationToken.Register(() => end.TrySetResult(Failed(RpcOutcome.Cancelled)));
            return await end.Task;
        }

        public void Dispose()
        {
            Assert.True(_world.Open.Remove(_address));
            foreach (var end in _waiting) end.TrySetResult(Failed(RpcOutcome.ConnectionLost));
        }
    }
}
