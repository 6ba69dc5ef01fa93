using RaftKv.Consensus;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Copies of effects for drivers that keep them after <see cref="Effects.Clear"/>.</summary>
internal static class KeptEntries
{
    public static StorageWrite Keep(this StorageWrite write) => write with { Entries = write.Entries.ToArray() };

    public static Message Keep(this Message message) => message.Kind != MessageKind.AppendEntries
        ? message
        : new Message(
            message.From, message.To, message.Term, message.Number,
            message.AppendEntries with { Entries = message.AppendEntries.Entries.ToArray() });
}
