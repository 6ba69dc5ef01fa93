using FsCheck.Xunit;
using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Sim;

public class EventQueueTests
{
    [Property]
    public void Events_come_out_by_time_and_then_in_order_of_scheduling(byte[] times)
    {
        var queue = new EventQueue();
        for (var i = 0; i < times.Length; i++) queue.Add(times[i], null, Nothing.Instance, i);
        var expected = Enumerable.Range(0, times.Length).OrderBy(i => times[i]).Select(i => (long)i);
        Assert.Equal(expected, Drain(queue));
    }

    [Property]
    public void Cancelled_events_do_not_come_out(byte[] times, bool[] cancelled)
    {
        var queue = new EventQueue();
        var handles = times.Select((time, i) => queue.Add(time, null, Nothing.Instance, i)).ToList();
        bool IsCancelled(int i) => i < cancelled.Length && cancelled[i];
        for (var i = 0; i < times.Length; i++)
        {
            if (!IsCancelled(i)) continue;
            Assert.True(queue.Cancel(handles[i]));
            Assert.False(queue.Cancel(handles[i]));
        }

        var left = Enumerable.Range(0, times.Length).Where(i => !IsCancelled(i)).ToList();
        Assert.Equal(left.Count, queue.Count);
        Assert.Equal(left.OrderBy(i => times[i]).Select(i => (long)i), Drain(queue));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void A_handle_does_not_cancel_the_event_that_took_over_its_slot()
    {
        var queue = new EventQueue();
        var stale = queue.Add(1, null, Nothing.Instance, 1);
        Assert.Equal([1L], Drain(queue));
        queue.Add(2, null, Nothing.Instance, 2);
        Assert.False(queue.Cancel(stale));
        Assert.False(queue.Cancel(default));
        Assert.Equal([2L], Drain(queue));
    }

    [Fact]
    public void Nothing_comes_out_before_its_time()
    {
        var queue = new EventQueue();
        queue.Add(10, null, Nothing.Instance, 0);
        Assert.False(queue.TryTake(9, out _));
        Assert.True(queue.TryTake(10, out var due));
        Assert.Equal(10, due.TimeTicks);
    }

    private static List<long> Drain(EventQueue queue)
    {
        var arguments = new List<long>();
        while (queue.TryTake(long.MaxValue, out var due)) arguments.Add(due.Argument);
        return arguments;
    }

    private sealed class Nothing : SimEvent
    {
        public static readonly Nothing Instance = new();

        public override void Fire(long argument)
        {
        }
    }
}
