using RaftKv.KeyValue;
using RaftKv.Wire;
using Xunit;

namespace RaftKv.Scenarios.Rpc;

internal static class WireOperations
{
    /// <summary>The frame of a request that fits one.</summary>
    public static byte[] Request(KvCommand command)
    {
        Assert.True(CommandCodec.TryWrite(new FrameWriter(), 1, command, out var frame, out _));
        return frame.ToArray();
    }

    /// <summary>The same operation by its name in the protocol.</summary>
    public static Wire.Protocol.Request.Types.Operation OnTheWire(this KvOperation operation) =>
        (Wire.Protocol.Request.Types.Operation)operation;
}
