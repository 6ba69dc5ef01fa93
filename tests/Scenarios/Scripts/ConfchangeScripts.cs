using System.Runtime.CompilerServices;
using RaftKv.Scenarios.Catalogue;
using Xunit;

namespace RaftKv.Scenarios.Scripts;

/// <summary>
/// etcd's raft, confchange/testdata: which changes of membership are possible. There they are calls of a function, here
/// proposals to a leader, so that all that refuses them takes part.
/// </summary>
public sealed class ConfchangeScripts
{
    private const string Room = "tests/Scenarios/Scripts/Confchange/";

    [Fact]
    [Scenario("confchange unit: zero", Script = Room + "zero.txt")]
    public void zero() => Run();

    [Fact]
    [Scenario("confchange unit: update", Script = Room + "update.txt")]
    public void update() => Run();

    [Fact]
    [Scenario("confchange unit: simple_safety", Script = Room + "simple_safety.txt")]
    public void simple_safety() => Run();

    [Fact]
    [Scenario("confchange unit: simple_idempotency", Script = Room + "simple_idempotency.txt")]
    public void simple_idempotency() => Run();

    [Fact]
    [Scenario("confchange unit: simple_promote_demote", Script = Room + "simple_promote_demote.txt")]
    public void simple_promote_demote() => Run();

    [Fact]
    [Scenario("confchange unit: joint_safety", Script = Room + "joint_safety.txt")]
    public void joint_safety() => Run();

    [Fact]
    [Scenario("confchange unit: joint_idempotency", Script = Room + "joint_idempotency.txt")]
    public void joint_idempotency() => Run();

    [Fact]
    [Scenario("confchange unit: joint_autoleave", Script = Room + "joint_autoleave.txt")]
    public void joint_autoleave() => Run();

    [Fact]
    [Scenario("confchange unit: joint_learners_next", Script = Room + "joint_learners_next.txt")]
    public void joint_learners_next() => Run();

    [Fact]
    public void Every_script_has_a_test() => ScriptFile.AssertTested(typeof(ConfchangeScripts), Room);

    private static void Run([CallerMemberName] string name = "") =>
        ScriptFile.Check(Room + name + ".txt", new InteractionScript());
}
