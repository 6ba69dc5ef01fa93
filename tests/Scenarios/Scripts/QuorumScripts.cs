using System.Runtime.CompilerServices;
using RaftKv.Scenarios.Catalogue;
using Xunit;

namespace RaftKv.Scenarios.Scripts;

/// <summary>
/// etcd's raft, quorum/testdata. QuorumProperties checks the same code against the definition of a majority.
/// </summary>
public sealed class QuorumScripts
{
    private const string Room = "tests/Scenarios/Scripts/Quorum/";

    [Fact]
    [Scenario("quorum unit: majority_commit", Script = Room + "majority_commit.txt")]
    public void majority_commit() => Run();

    [Fact]
    [Scenario("quorum unit: majority_vote", Script = Room + "majority_vote.txt")]
    public void majority_vote() => Run();

    [Fact]
    [Scenario("quorum unit: joint_commit", Script = Room + "joint_commit.txt")]
    public void joint_commit() => Run();

    [Fact]
    [Scenario("quorum unit: joint_vote", Script = Room + "joint_vote.txt")]
    public void joint_vote() => Run();

    [Fact]
    public void Every_script_has_a_test() => ScriptFile.AssertTested(typeof(QuorumScripts), Room);

    private static void Run([CallerMemberName] string name = "") =>
        ScriptFile.Check(Room + name + ".txt", new QuorumScript());
}
