using RaftKv.Consensus;

namespace RaftKv.Scenarios.Scripts;

// Messages on their way.
internal sealed partial class InteractionScript
{
    private const int MostRounds = 1000;

    /// <summary>
    /// <c>deliver-msgs 1 2 drop=(3) type=AppendEntries</c>: what is on its way to these nodes arrives or is lost.
    /// </summary>
    private void Deliver(ScriptCommand command)
    {
        command.Knows("drop", "type");
        var kind = command.Option("type");
        foreach (var id in command.Numbers)
            Deliver(new NodeId(id), kind);
        foreach (var id in command.NumberList("drop"))
        {
            foreach (var message in Take(new NodeId(id), kind))
                _world.Transcript.Event(message.To, "lost", Wording.Of(message));
        }
    }

    private bool Deliver(NodeId to, string? kind = null)
    {
        var messages = Take(to, kind);
        foreach (var message in messages)
        {
            _world.Transcript.Event(to, "receive", Wording.Of(message));
            _nodes[to.Value].Step(Input.Received(message));
        }

        return messages.Length > 0;
    }

    /// <summary>Lets these nodes run, and their messages arrive, until nothing is left to do for them.</summary>
    private void Stabilize(ScriptNode[] nodes)
    {
        var rounds = 0;
        for (var busy = true; busy;)
        {
            if (++rounds > MostRounds)
                throw new FormatException($"Not stable after {MostRounds} rounds.");
            busy = false;
            foreach (var node in nodes.Where(node => node.WantsTurn))
            {
                busy = true;
                node.Turn();
            }

            foreach (var node in nodes)
                busy |= Deliver(node.Raft.Id) | node.PersistNext() | node.ApplyNext();
        }
    }

    private Message[] Take(NodeId to, string? kind)
    {
        bool Wanted(Message message) => message.To == to && (kind is null || message.Kind.ToString() == kind);
        Message[] taken = [.. _world.InFlight.Where(Wanted)];
        _world.InFlight.RemoveAll(Wanted);
        return taken;
    }
}
