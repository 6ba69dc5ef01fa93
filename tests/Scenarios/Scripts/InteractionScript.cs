using System.Text;
using RaftKv.Consensus;

namespace RaftKv.Scenarios.Scripts;

/// <summary>
/// Several cores, driven message by message. The verbs and the names of the scripts are those of etcd's raft (rafttest
/// and testdata/*.txt), so that a reader finds the original.
/// </summary>
internal sealed partial class InteractionScript : IInterpreter
{
    private readonly SortedDictionary<int, ScriptNode> _nodes = [];
    private readonly ScriptWorld _world = new();

    public IEnumerable<string> Run(ScriptCommand command)
    {
        if (!Set(command) && !Drive(command) && !Answer(command))
            throw new FormatException("There is no such verb.");
        return _world.Transcript.Take();
    }

    /// <summary>Verbs that make and arrange nodes.</summary>
    private bool Set(ScriptCommand command)
    {
        switch (command.Verb)
        {
            case "add-nodes":
                AddNodes(command);
                return true;
            case "log-level":
                _world.Transcript.Level = Enum.Parse<LogLevel>(command.Words[0], ignoreCase: true);
                return true;
            case "set-randomized-election-timeout":
                Node(command).RandomizedElectionTimeout = TimeSpan.FromMilliseconds(command.Numbers[1]).Ticks;
                return true;
            case "restart":
                Node(command).Restart();
                return true;
            default:
                return false;
        }
    }

    /// <summary>Verbs that give a node an input, or let a part of its driver run.</summary>
    private bool Drive(ScriptCommand command)
    {
        switch (command.Verb)
        {
            case "campaign":
                Campaign(Node(command));
                return true;
            case "tick-election":
                Node(command).Elapse(Node(command).Options.ElectionTimeout.Ticks);
                return true;
            case "tick-heartbeat":
                Node(command).Elapse(Node(command).Options.HeartbeatInterval.Ticks);
                return true;
            case "tick":
                Node(command).Elapse(TimeSpan.FromMilliseconds(command.Numbers[1]).Ticks);
                return true;
            case "propose":
                foreach (var text in command.Words.Skip(1))
                    Node(command).Step(Input.Propose(0, Encoding.UTF8.GetBytes(text)));
                return true;
            case "propose-conf-change":
                Node(command).Step(Input.ChangeMembership(0, [.. command.Words.Skip(1).Select(Wording.Change)]));
                return true;
            case "read":
                command.Knows("lease");
                Node(command).Read(command.Flag("lease"));
                return true;
            case "transfer-leadership":
                command.Knows("from", "to");
                _nodes[command.Option("from", 0)].Step(Input.Transfer(0, new(command.Option("to", 0))));
                return true;
            case "compact":
                Node(command).Compact(new(command.Numbers[1]));
                return true;
            case "process-ready":
                foreach (var node in Nodes(command))
                    node.Turn();
                return true;
            case "process-append-thread":
                foreach (var node in Nodes(command))
                    node.PersistNext();
                return true;
            case "process-apply-thread":
                foreach (var node in Nodes(command))
                    node.ApplyNext();
                return true;
            case "deliver-msgs":
                Deliver(command);
                return true;
            case "stabilize":
                Stabilize(command.Words.Count == 0 ? [.. _nodes.Values] : [.. Nodes(command)]);
                return true;
            default:
                return false;
        }
    }

    private void AddNodes(ScriptCommand command)
    {
        command.Knows(
            "voters", "learners", "inflight", "async-storage-writes", "prevote", "checkquorum", "lease-reads");
        var count = ScriptCommand.Number(command.Words[0]);
        var founders = Founders(command, count);
        for (var added = 0; added < count; added++)
        {
            var id = _nodes.Count + 1;
            var options = new RaftOptions { Id = new(id) };
            // As in the original, what a script is not about is off.
            options = options with
            {
                MaxInflightAppends = command.Option("inflight", options.MaxInflightAppends),
                PreVote = command.Flag("prevote"),
                CheckQuorum = command.Flag("checkquorum"),
                LeaseReads = command.Flag("lease-reads"),
            };
            _nodes.Add(id, new(_world, options, founders) { Asynchronous = command.Flag("async-storage-writes") });
        }
    }

    /// <summary>The first nodes found a cluster; later ones know of none until they are added.</summary>
    private Configuration Founders(ScriptCommand command, int count)
    {
        var voters = command.NumberList("voters");
        if (voters.Length == 0 && _nodes.Count == 0)
            voters = [.. Enumerable.Range(1, count)];
        return new Configuration(
        [
            .. voters.Select(id => Member(id, MemberRole.Voter)),
            .. command.NumberList("learners").Select(id => Member(id, MemberRole.Learner)),
        ]);
    }

    private static Member Member(int id, MemberRole role) => new(new(id), Wording.AddressOf(id), role);

    /// <summary>The time-out of a node that is no leader; it passes, too, for one that has none.</summary>
    private static void Campaign(ScriptNode node)
    {
        var latest = node.Now + (2 * node.Options.ElectionTimeout.Ticks);
        var deadline = node.Raft.Role is Role.PreCandidate or Role.Candidate
            ? node.Raft.ElectionDeadline : node.Raft.NextDeadline;
        node.Elapse(Math.Max(0, Math.Min(deadline, latest) - node.Now));
    }

    private ScriptNode Node(ScriptCommand command) => _nodes[ScriptCommand.Number(command.Words[0])];

    private IEnumerable<ScriptNode> Nodes(ScriptCommand command) => command.Numbers.Select(id => _nodes[id]);
}
