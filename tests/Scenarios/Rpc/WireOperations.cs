using RaftKv.KeyValue;

namespace RaftKv.Scenarios.Rpc;

internal static class WireOperations
{
    /// <summary>The same operation by its name in the protocol.</summary>
    public static Wire.Protocol.Request.Types.Operation OnTheWire(this KvOperation operation) =>
        (Wire.Protocol.Request.Types.Operation)operation;
}
