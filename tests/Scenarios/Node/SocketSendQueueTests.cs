using RaftKv.Client.Sockets;
using Xunit;

namespace RaftKv.Scenarios.Node;

public sealed class SocketSendQueueTests
{
    private readonly SocketSendQueue _queue = new(64 << 20);

    [Fact]
    public void What_is_added_comes_out_in_order_and_once()
    {
        Assert.False(_queue.TryTake(out _));
        Assert.True(_queue.TryAdd([1, 2, 3]));
        Assert.True(_queue.TryTake(out var first));
        Assert.True(_queue.TryAdd([4]));
        Assert.Equal([1, 2, 3], first.ToArray());
        _queue.Sent(2);
        Assert.True(_queue.TryTake(out var rest));
        Assert.Equal([3], rest.ToArray());
        _queue.Sent(1);
        Assert.True(_queue.TryTake(out var second));
        Assert.Equal([4], second.ToArray());
        _queue.Sent(1);
        Assert.False(_queue.TryTake(out _));
        Assert.False(_queue.TryAdd(new byte[(64 << 20) + 1]));
    }

    [Fact]
    public void Bursts_of_large_messages_share_their_memory()
    {
        var message = new byte[1 << 20];
        Burst();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
            Burst();
        // Ten bursts of 16 MB; each used to leave twice as much behind.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 48 << 20);

        void Burst()
        {
            for (var i = 0; i < 16; i++)
            {
                message.AsSpan().Fill((byte)i);
                Assert.True(_queue.TryAdd(message));
            }

            for (var from = 0; _queue.TryTake(out var bytes); from += bytes.Length)
            {
                Assert.Equal(15, bytes.Span[^1]);
                Assert.Equal(0, bytes.Span[0]);
                _queue.Sent(bytes.Length);
            }
        }
    }
}
