using RaftKv.Consensus;
using RaftKv.Scenarios.Catalogue;
using Xunit;

namespace RaftKv.Scenarios.Storage;

public sealed class PowerLossTests
{
    [Fact]
    [Scenario("power loss at every fsync boundary")]
    public void After_every_disk_operation_any_loss_of_sectors_and_names_keeps_what_was_acknowledged() =>
        ForEveryLoss(secondLives: 1);

    [Fact]
    [Scenario("power loss at every fsync boundary")]
    public void A_second_power_loss_at_any_disk_operation_of_the_recovery_changes_nothing() =>
        ForEveryLoss(secondLives: 8);

    [Fact]
    public void What_a_recovery_found_in_the_page_cache_survives_a_power_loss_right_after_it() =>
        ForEveryLossAfterACrash(bench => bench.OpenAsync());

    [Fact]
    public void What_is_written_after_a_recovery_does_not_hang_on_a_name_that_was_never_flushed() =>
        ForEveryLossAfterACrash(AnotherLifeAsync);

    [Fact]
    public void What_a_failed_flush_left_in_the_page_cache_is_written_again_before_it_is_relied_on()
    {
        for (var (operations, finished) = (0, false); !finished; operations++)
        {
            var bench = NewBench();
            finished = bench.Live(() => ShortLifeAsync(bench), operations);
            if (finished) break;
            bench = NewBench();
            bench.Live(() => ShortLifeAsync(bench), operations, then: () => bench.Volume.Faults.NextFlushFails = true);
            bench.Volume.Faults.NextFlushFails = false;
            Assert.True(bench.Live(() => bench.OpenAsync()));
            bench.Volume.LosePower(new EveryChoice());
            Assert.True(bench.Live(() => AnotherLifeAsync(bench)));
        }
    }

    private static void ForEveryLoss(int secondLives)
    {
        for (var (operations, finished) = (1, false); !finished; operations++)
        {
            for (var second = 0; second < secondLives; second++)
            {
                var choices = new EveryChoice();
                do
                {
                    var bench = NewBench();
                    finished = bench.Live(() => ShortLifeAsync(bench), operations);
                    bench.Volume.LosePower(choices);
                    if (second > 0)
                    {
                        bench.Live(() => AnotherLifeAsync(bench), second);
                        bench.Volume.LosePower(choices);
                    }

                    Assert.True(bench.Live(() => AnotherLifeAsync(bench)));
                }
                while (choices.Next());
            }
        }
    }

    private static void ForEveryLossAfterACrash(Func<StorageBench, Task> recovery)
    {
        for (var (operations, finished) = (1, false); !finished; operations++)
        {
            var choices = new EveryChoice();
            do
            {
                var bench = NewBench();
                finished = bench.Live(() => ShortLifeAsync(bench), operations);
                Assert.True(bench.Live(() => recovery(bench)));
                bench.Volume.LosePower(choices);
                Assert.True(bench.Live(() => AnotherLifeAsync(bench)));
            }
            while (choices.Next());
        }
    }

    private static StorageBench NewBench()
    {
        var bench = new StorageBench();
        bench.Volume.Faults.MeanLatency = TimeSpan.FromMilliseconds(1);
        return bench;
    }

    private static async Task ShortLifeAsync(StorageBench bench)
    {
        await bench.OpenAsync();
        bench.WriteTerm(1, 1);
        await bench.FlushAsync();
        bench.WriteEntries(1, 100, 600, 1200);
        await bench.FlushAsync();
        bench.WriteTerm(2);
        bench.WriteEntries(3, 300, 0, 900);
        await bench.FlushAsync();
        bench.WriteEntries(6, 700);
        await bench.FlushAsync();
        await bench.CompactAsync(4, 3);
        await bench.FlushAsync();
        bench.WriteEntries(7, 10);
        await bench.FlushAsync();
        await bench.ResetAsync(new SnapshotId(new(9), new(2)));
        await bench.FlushAsync();
    }

    private static async Task AnotherLifeAsync(StorageBench bench)
    {
        await bench.OpenAsync();
        bench.WriteTerm(bench.Written.HardState.Term.Value + 1);
        bench.WriteEntries(bench.Written.LastIndex + 1, 50);
        await bench.FlushAsync();
        await bench.OpenAsync();
    }
}
