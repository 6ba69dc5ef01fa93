using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;
using RaftKv.Client.Sockets;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Server;
using RaftKv.Storage;

namespace RaftKv.Node.Hosting;

/// <summary>
/// Every option of a node, by the name that its file, its environment (<c>RAFTKV_Name</c>) and its flags
/// (<c>--name</c>) share. See <see cref="NodeOptionsLoader"/>.
/// </summary>
internal sealed class NodeOptions : IValidatableObject
{
    [Description("This node's id, one of Members.")]
    [Range(1, int.MaxValue)]
    public int Id { get; set; }

    [Description("Names the cluster. Nodes and clients of another one are refused.")]
    [Required]
    public string ClusterId { get; set; } = "raftkv";

    [Description("Address (host:port) by id: of this node, and for `init` of all that found the cluster with it.")]
    public Dictionary<string, string> Members { get; set; } = [];

    [Description("Where the log and the snapshots live: a directory of this node's own.")]
    [Required]
    public string DataDirectory { get; set; } = "";

    [Description("Where log files go. Without it there is only the console.")]
    public string LogDirectory { get; set; } = "";

    [Description("The least severe messages that are logged.")]
    [EnumDataType(typeof(LogLevel))]
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    [Description("A log file of this size is followed by another; a new day starts a new one too.")]
    [Range(1, 1024)]
    public int LogFileMegabytes { get; set; } = 16;

    [Description("Log files kept; older ones are deleted.")]
    [Range(1, 10_000)]
    public int LogFilesKept { get; set; } = 14;

    [Description("A follower that hears nothing for this long, drawn from T to 2 T, stands for election.")]
    [Range(10, 600_000)]
    public int ElectionTimeoutMs { get; set; } = 300;

    [Description("The longest silence of a leader towards its followers; at most half of ElectionTimeoutMs.")]
    [Range(1, 300_000)]
    public int HeartbeatIntervalMs { get; set; } = 75;

    [Description("Whether to ask for pre-votes before an election, so that a node that returns deposes nobody.")]
    public bool PreVote { get; set; } = true;

    [Description("Whether to step down when no quorum answers, and to heed a leader that is heard.")]
    public bool CheckQuorum { get; set; } = true;

    [Description("Whether reads may rely on clocks. Equal on every member; needs CheckQuorum.")]
    public bool LeaseReads { get; set; }

    [Description("For LeaseReads: no clock is wrong by more than this, in per cent of the time that passes.")]
    [Range(0, 99)]
    public int ClockDriftPercent { get; set; } = 5;

    [Description("Each step below 10 lets this node wait one more ElectionTimeoutMs before it stands for election.")]
    [Range(0, RaftOptions.HighestPriority)]
    public int ElectionPriority { get; set; } = RaftOptions.HighestPriority;

    [Description("Where keys live in memory. SkipList where keys are scanned while others come and go.")]
    [EnumDataType(typeof(KvStoreKind))]
    public KvStoreKind Store { get; set; } = KvStoreKind.HashMap;

    [Description("Longest key in bytes of UTF-8; the leader's is in force.")]
    [Range(1, 64 * 1024)]
    public int MaxKeyBytes { get; set; } = 1024;

    [Description("Longest value in bytes; the leader's is in force.")]
    [Range(1, 7 * 1024 * 1024)]
    public int MaxValueBytes { get; set; } = 1024 * 1024;

    [Description("Client sessions at a time, for exactly-once; the leader's is in force.")]
    [Range(1, 10_000_000)]
    public int MaxSessions { get; set; } = 10_000;

    [Description("A client session that is not used for longer goes; fixed by the leader when it is opened.")]
    [Range(1, 30 * 24 * 60 * 60)]
    public int SessionTimeoutSeconds { get; set; } = 600;

    [Description("Applied commands after which a snapshot is taken.")]
    [Range(1, int.MaxValue)]
    public int SnapshotEveryEntries { get; set; } = 10_000;

    [Description("Size of a segment of the log.")]
    [Range(4096, 1024 * 1024 * 1024)]
    public int SegmentBytes { get; set; } = 16 * 1024 * 1024;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (HeartbeatIntervalMs * 2L > ElectionTimeoutMs)
            yield return Problem(
                nameof(HeartbeatIntervalMs),
                $"must be at most half of ElectionTimeoutMs ({ElectionTimeoutMs}), but is {HeartbeatIntervalMs}.");
        if (LeaseReads && !CheckQuorum)
            yield return Problem(nameof(LeaseReads), "needs CheckQuorum.");
        foreach (var (id, address) in Members)
        {
            if (!int.TryParse(id, out var number) || number < 1)
                yield return Problem(nameof(Members), $"'{id}' is not a positive id.");
            if (AddressProblem(address) is { } problem)
                yield return Problem(nameof(Members), $"member {id}: {problem}");
        }

        if (!Members.ContainsKey($"{Id}"))
            yield return Problem(nameof(Id), $"{Id} is not among Members ({string.Join(", ", Members.Keys)}).");
        if (Members.Values.Distinct().Count() != Members.Count)
            yield return Problem(nameof(Members), "two members have the same address.");
    }

    /// <summary>The members that found the cluster.</summary>
    public Configuration Founders() => new(Members.Select(
        member => new Member(new NodeId(int.Parse(member.Key)), member.Value, MemberRole.Voter)));

    /// <summary>The options as the library takes them.</summary>
    /// <param name="joins">Whether the node is new and waits to be added.</param>
    public KvServerOptions ToServerOptions(bool joins = false)
    {
        return new KvServerOptions
        {
            ClusterId = ClusterId,
            Address = Members[$"{Id}"],
            Replica = new ReplicaOptions
            {
                Raft = new RaftOptions
                {
                    Id = new NodeId(Id),
                    ElectionTimeout = TimeSpan.FromMilliseconds(ElectionTimeoutMs),
                    HeartbeatInterval = TimeSpan.FromMilliseconds(HeartbeatIntervalMs),
                    PreVote = PreVote,
                    CheckQuorum = CheckQuorum,
                    LeaseReads = LeaseReads,
                    ClockDriftBound = ClockDriftPercent / 100.0,
                    ElectionPriority = ElectionPriority,
                },
                SnapshotEveryEntries = SnapshotEveryEntries,
                FirstStart = joins ? FirstStart.Joins : FirstStart.Refused,
            },
            Storage = new() { SegmentBytes = SegmentBytes },
            KeyValue = new KvOptions
            {
                Store = Store,
                Limits = new()
                {
                    MaxKeyBytes = MaxKeyBytes,
                    MaxValueBytes = MaxValueBytes,
                    MaxSessions = MaxSessions,
                    SessionTimeout = TimeSpan.FromSeconds(SessionTimeoutSeconds),
                },
            },
        };
    }

    private static ValidationResult Problem(string option, string message) => new(message, [option]);

    private static string? AddressProblem(string address)
    {
        try
        {
            HostPort.ParseReachable(address);
            return null;
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }
}
