using System.Runtime.CompilerServices;
using RaftKv.Scenarios.Catalogue;
using Xunit;

namespace RaftKv.Scenarios.Scripts;

/// <summary>etcd's raft, testdata: text scripts, one for each test, under the name of the original.</summary>
public sealed class InteractionScripts
{
    private const string Room = "tests/Scenarios/Scripts/Interaction/";

    [Fact]
    [Scenario("campaign", Script = Room + "campaign.txt")]
    public void campaign() => Run();

    [Fact]
    [Scenario("single_node", Script = Room + "single_node.txt")]
    public void single_node() => Run();

    [Fact]
    [Scenario("campaign_learner_must_vote", Script = Room + "campaign_learner_must_vote.txt")]
    public void campaign_learner_must_vote() => Run();

    [Fact]
    [Scenario("prevote", Script = Room + "prevote.txt")]
    public void prevote() => Run();

    [Fact]
    [Scenario("prevote_checkquorum", Script = Room + "prevote_checkquorum.txt")]
    public void prevote_checkquorum() => Run();

    [Fact]
    [Scenario("checkquorum", Script = Room + "checkquorum.txt")]
    public void checkquorum() => Run();

    [Fact]
    [Scenario("forget_leader", Script = Room + "forget_leader.txt")]
    public void forget_leader() => Run();

    [Fact]
    [Scenario("forget_leader_prevote_checkquorum", Script = Room + "forget_leader_prevote_checkquorum.txt")]
    public void forget_leader_prevote_checkquorum() => Run();

    [Fact]
    [Scenario("forget_leader_read_only_lease_based", Script = Room + "forget_leader_read_only_lease_based.txt")]
    public void forget_leader_read_only_lease_based() => Run();

    [Fact]
    [Scenario("probe_and_replicate", Script = Room + "probe_and_replicate.txt")]
    public void probe_and_replicate() => Run();

    [Fact]
    [Scenario("replicate_pause", Script = Room + "replicate_pause.txt")]
    public void replicate_pause() => Run();

    [Fact]
    [Scenario("heartbeat_resp_recovers_from_probing", Script = Room + "heartbeat_resp_recovers_from_probing.txt")]
    public void heartbeat_resp_recovers_from_probing() => Run();

    [Fact]
    [Scenario("lagging_commit", Script = Room + "lagging_commit.txt")]
    public void lagging_commit() => Run();

    [Fact]
    [Scenario("slow_follower_after_compaction", Script = Room + "slow_follower_after_compaction.txt")]
    public void slow_follower_after_compaction() => Run();

    [Fact]
    [Scenario("snapshot_succeed_via_app_resp", Script = Room + "snapshot_succeed_via_app_resp.txt")]
    public void snapshot_succeed_via_app_resp() => Run();

    [Fact]
    [Scenario("snapshot_succeed_via_app_resp_behind", Script = Room + "snapshot_succeed_via_app_resp_behind.txt")]
    public void snapshot_succeed_via_app_resp_behind() => Run();

    [Fact]
    [Scenario("async_storage_writes", Script = Room + "async_storage_writes.txt")]
    public void async_storage_writes() => Run();

    [Fact]
    [Scenario("async_storage_writes_append_aba_race", Script = Room + "async_storage_writes_append_aba_race.txt")]
    public void async_storage_writes_append_aba_race() => Run();

    [Fact]
    [Scenario("confchange_v1_add_single", Script = Room + "confchange_v1_add_single.txt")]
    public void confchange_v1_add_single() => Run();

    [Fact]
    [Scenario("confchange_v1_remove_leader", Script = Room + "confchange_v1_remove_leader.txt")]
    public void confchange_v1_remove_leader() => Run();

    [Fact]
    [Scenario("confchange_v1_remove_leader_stepdown", Script = Room + "confchange_v1_remove_leader_stepdown.txt")]
    public void confchange_v1_remove_leader_stepdown() => Run();

    [Fact]
    [Scenario("confchange_v2_add_single_auto", Script = Room + "confchange_v2_add_single_auto.txt")]
    public void confchange_v2_add_single_auto() => Run();

    [Fact]
    [Scenario("confchange_v2_add_single_explicit", Script = Room + "confchange_v2_add_single_explicit.txt")]
    public void confchange_v2_add_single_explicit() => Run();

    [Fact]
    [Scenario("confchange_v2_add_double_auto", Script = Room + "confchange_v2_add_double_auto.txt")]
    public void confchange_v2_add_double_auto() => Run();

    [Fact]
    [Scenario("confchange_v2_add_double_implicit", Script = Room + "confchange_v2_add_double_implicit.txt")]
    public void confchange_v2_add_double_implicit() => Run();

    [Fact]
    [Scenario("confchange_v2_replace_leader", Script = Room + "confchange_v2_replace_leader.txt")]
    public void confchange_v2_replace_leader() => Run();

    [Fact]
    [Scenario("confchange_v2_replace_leader_stepdown", Script = Room + "confchange_v2_replace_leader_stepdown.txt")]
    public void confchange_v2_replace_leader_stepdown() => Run();

    [Fact]
    [Scenario("confchange_disable_validation", Script = Room + "confchange_disable_validation.txt")]
    public void confchange_disable_validation() => Run();

    [Fact]
    public void Every_script_has_a_test() => ScriptFile.AssertTested(typeof(InteractionScripts), Room);

    private static void Run([CallerMemberName] string name = "") =>
        ScriptFile.Check(Room + name + ".txt", new InteractionScript());
}
