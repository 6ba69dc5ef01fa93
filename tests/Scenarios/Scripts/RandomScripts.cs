using RaftKv.Consensus;
using RaftKv.Diagnostics;
using RaftKv.Scenarios.Catalogue;
using Xunit;
using Xunit.Sdk;

namespace RaftKv.Scenarios.Scripts;

/// <summary>
/// Scripts that chance writes: elections, proposals, changes of membership, transfers, reads, snapshots and crashes
/// between any two steps of the drivers, messages lost and late. The checks of the cluster hold all the time, reads are
/// linearizable, and in the end the cluster settles. What fails is printed as a script.
/// </summary>
public sealed class RandomScripts
{
    private const int ScriptsPerSeed = 10;
    private const int Commands = 400;
    private const int Nodes = 6;

    [Fact]
    public void Whatever_happens_in_whatever_order_the_properties_hold_and_the_cluster_settles() =>
        ScenarioSeeds.ForEach(nameof(RandomScripts), seed =>
        {
            for (var script = 0; script < ScriptsPerSeed; script++)
                new Run(((int)seed * ScriptsPerSeed) + script).Check();
        });

    private sealed class Run(int seed)
    {
        private static readonly string[] _kinds = Enum.GetNames<MessageKind>();

        private readonly Random _random = new(seed);
        private readonly InteractionScript _script = new();
        private readonly List<string> _commands = [];
        private readonly bool _careful = seed % 2 == 0;

        public void Check()
        {
            try
            {
                Begin();
                for (var i = 0; i < Commands; i++)
                    Do(Draw());
                Settle();
            }
            catch (Exception failure) when (failure is InvariantViolationException or XunitException)
            {
                var state = string.Join('\n', _script.Run(new ScriptCommand("raft-state")));
                var script = string.Join('\n', _commands);
                throw new XunitException($"{failure.Message}\n{state}\n\n{script}\n----", failure);
            }
        }

        private void Begin()
        {
            var careful = _careful ? "true" : "false";
            var asynchronous = _random.Next(2) == 0 ? "true" : "false";
            var options = $"prevote={careful} checkquorum={careful} async-storage-writes={asynchronous}"
                + $" inflight={1 + _random.Next(4)}";
            Do($"add-nodes {1 + _random.Next(5)} {options}");
            while (_script.NodeCount < Nodes)
                Do($"add-nodes 1 {options}");
            Do("log-level none");
            Do("campaign 1");
            Do("stabilize");
        }

        private string Draw()
        {
            var node = 1 + _random.Next(Nodes);
            return _random.Next(64) switch
            {
                < 2 => $"campaign {node}",
                < 6 => $"tick-heartbeat {node}",
                < 8 => $"tick {node} {_random.Next(400)}",
                < 16 => $"propose {node} {_commands.Count}",
                < 19 => $"propose-conf-change {node} {Change()}",
                < 20 => $"transfer-leadership from={node} to={1 + _random.Next(Nodes)}",
                < 23 => $"read {node}",
                < 34 => $"process-ready {node}",
                < 40 => $"process-append-thread {node}",
                < 43 => $"process-apply-thread {node}",
                < 54 => $"deliver-msgs {node}",
                < 57 => $"deliver-msgs {node} type={_kinds[_random.Next(_kinds.Length)]}",
                < 59 => $"deliver-msgs drop=({node})",
                < 60 => $"restart {node}",
                < 62 => $"compact {node} {_script.LastSafeCompaction(node, _random.Next(4))}",
                < 63 => "stabilize",
                _ => $"stabilize {node} {1 + (node % Nodes)}",
            };
        }

        private string Change()
        {
            var parts = Enumerable.Range(0, 1 + _random.Next(2))
                .Select(_ => $"{"lvvdr"[_random.Next(5)]}{1 + _random.Next(Nodes)}");
            return string.Join(' ', parts);
        }

        private void Settle()
        {
            for (var round = 0; round < 60; round++)
            {
                for (var id = 1; id <= Nodes; id++)
                {
                    Do($"set-randomized-election-timeout {id} {300 + _random.Next(300)}");
                    Do($"tick-heartbeat {id}");
                }

                Do("stabilize");
            }

            // Without PreVote and CheckQuorum a removed server that does not know it may go on disturbing the others.
            Assert.True(_script.IsSettled() || !_careful, "the cluster does not settle");
        }

        private void Do(string command)
        {
            _commands.Add(command);
            _script.Run(new ScriptCommand(command));
        }
    }
}
