using System.Reflection;
using NetArchTest.Rules;
using RaftKv.Client.Sockets;
using RaftKv.Consensus;
using RaftKv.Node.Hosting;
using RaftKv.Sim;
using Xunit;

namespace RaftKv.Scenarios.Architecture;

/// <summary>Dependencies point one way; see ARCHITECTURE.md.</summary>
public sealed class DependencyTests
{
    private static readonly Assembly _raftKv = typeof(Raft).Assembly;

    [Theory]
    [InlineData("Consensus", "Platform Storage KeyValue Server Wire Rpc Client")]
    [InlineData("Platform", "Consensus Storage KeyValue Server Wire Rpc Client")]
    [InlineData("Storage", "KeyValue Server Wire Rpc Client")]
    [InlineData("KeyValue", "Platform Storage Server Wire Rpc Client")]
    [InlineData("Wire", "Platform Storage Server Rpc Client")]
    [InlineData("Rpc", "Storage Server Client")]
    [InlineData("Client", "Storage Server")]
    [InlineData("Server", "Client")]
    [InlineData("Diagnostics", "Consensus Platform Storage KeyValue Server Wire Rpc Client Checksums")]
    [InlineData("Checksums", "Consensus Platform Storage KeyValue Server Wire Rpc Client Diagnostics")]
    public void A_room_knows_only_the_rooms_below_it(string room, string forbidden) =>
        AssertNoDependency(room, [.. forbidden.Split(' ').Select(name => $"RaftKv.{name}")]);

    [Fact]
    public void The_consensus_core_is_pure() =>
        AssertNoDependency(
            "Consensus", "System.Threading", "System.IO", "System.Net", "Microsoft.Extensions", "Google.Protobuf");

    [Theory]
    [InlineData("Consensus")]
    [InlineData("Platform")]
    [InlineData("Storage")]
    [InlineData("KeyValue")]
    [InlineData("Server")]
    [InlineData("Rpc")]
    [InlineData("Client")]
    [InlineData("Diagnostics")]
    public void Only_Wire_sees_protobuf(string room) => AssertNoDependency(room, "Google.Protobuf");

    [Fact]
    public void The_library_knows_neither_its_hosts_nor_the_checker() =>
        AssertReferencesNone(
            _raftKv, "RaftKv.Sim", "RaftKv.Node", "RaftKv.Client", "RaftKv.Linearizability", "Serilog");

    [Fact]
    public void Simulator_and_node_do_not_know_each_other()
    {
        AssertReferencesNone(typeof(Simulation).Assembly, "RaftKv.Node", "RaftKv.Client", "Serilog");
        AssertReferencesNone(typeof(NodeHost).Assembly, "RaftKv.Sim");
    }

    [Fact]
    public void A_client_takes_nothing_with_it_but_the_library() =>
        AssertReferencesNone(
            typeof(SocketNetwork).Assembly, "RaftKv.Node", "RaftKv.Sim", "RaftKv.Linearizability", "Serilog",
            "System.CommandLine", "Microsoft.Extensions.Configuration");

    [Fact]
    public void The_checker_depends_on_nothing() =>
        AssertReferencesNone(typeof(Linearizability.Checker).Assembly, "RaftKv", "Microsoft.Extensions", "Google");

    private static void AssertNoDependency(string room, params string[] forbidden)
    {
        var result = Types.InAssembly(_raftKv)
            .That().ResideInNamespace($"RaftKv.{room}")
            .ShouldNot().HaveDependencyOnAny(forbidden)
            .GetResult();
        Assert.True(result.IsSuccessful, "Offenders: " + string.Join(", ", result.FailingTypeNames ?? []));
    }

    private static void AssertReferencesNone(Assembly assembly, params string[] forbidden)
    {
        var references = assembly.GetReferencedAssemblies().Select(reference => reference.Name!);
        Assert.DoesNotContain(references, name =>
            forbidden.Any(prefix => name == prefix || name.StartsWith(prefix + ".", StringComparison.Ordinal)));
    }
}
