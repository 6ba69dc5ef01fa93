namespace RaftKv.Sim.World;

/// <summary>What the network of a seed does to the bytes of a connection.</summary>
public enum DeliveryMode
{
    /// <summary>Each Send arrives whole and in order, until the connection breaks and loses its tail.</summary>
    Ordered,

    /// <summary>Each Send but the first may be lost, duplicated or overtaken; the connection goes on.</summary>
    Adversarial,

    /// <summary>Like <see cref="Ordered"/>, but the bytes arrive cut and glued at random places.</summary>
    ByteStream,
}
