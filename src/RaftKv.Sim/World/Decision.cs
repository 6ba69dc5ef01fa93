namespace RaftKv.Sim.World;

/// <summary>One choice that was made, or (given to <see cref="Decisions"/>) that is to be made.</summary>
/// <param name="Concern">The concern of its stream.</param>
/// <param name="Lane">Which of the concern's streams.</param>
/// <param name="Position">Its place in that stream, from 0.</param>
/// <param name="Site">What was chosen.</param>
/// <param name="Bound">The exclusive upper bound; 0 stands for 2⁶⁴.</param>
/// <param name="Value">The outcome.</param>
internal readonly record struct Decision(
    Concern Concern, int Lane, int Position, string Site, ulong Bound, ulong Value);
