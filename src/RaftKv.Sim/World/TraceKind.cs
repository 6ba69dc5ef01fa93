namespace RaftKv.Sim.World;

/// <summary>What happened, in a trace. The numbers are part of the trace hash: append only.</summary>
internal enum TraceKind
{
    /// <summary>A scheduled event fired: a timer, an arrival, a disk completion.</summary>
    Event = 1,

    /// <summary>A node started or restarted.</summary>
    Start = 2,

    /// <summary>A node crashed.</summary>
    Crash = 3,

    /// <summary>A node was paused.</summary>
    Pause = 4,

    /// <summary>A paused node went on.</summary>
    Resume = 5,

    /// <summary>A connection was opened, refused or closed.</summary>
    Connection = 6,

    /// <summary>Bytes reached a node.</summary>
    Deliver = 7,

    /// <summary>Bytes were lost.</summary>
    Lose = 8,

    /// <summary>A disk did something worth telling.</summary>
    Disk = 9,

    /// <summary>A clock changed its rate or jumped.</summary>
    Clock = 10,

    /// <summary>A fault was injected or healed.</summary>
    Fault = 11,

    /// <summary>A client called or returned.</summary>
    Client = 12,

    /// <summary>A node said something about itself.</summary>
    Node = 13,

    /// <summary>The seed failed.</summary>
    Failure = 14,

    /// <summary>Somebody asked for a change of membership.</summary>
    Membership = 15,
}
