using System.Globalization;
using RaftKv.Diagnostics;

namespace RaftKv.Sim.World;

/// <summary>Why a seed failed.</summary>
/// <param name="AtTicks">Virtual time of the failure.</param>
/// <param name="Node">The node on which it surfaced; null for the world itself.</param>
/// <param name="Cause">The exception.</param>
public sealed record WorldFailure(long AtTicks, string? Node, Exception Cause)
{
    /// <summary>The violated property in words.</summary>
    public string Property => Cause switch
    {
        InvariantViolationException violation => violation.Invariant,
        EscapeException => "determinism",
        _ => "no unhandled exception",
    };

    /// <inheritdoc/>
    public override string ToString()
    {
        var (seconds, fraction) = Math.DivRem(AtTicks, TimeSpan.TicksPerSecond);
        var when = string.Create(
            CultureInfo.InvariantCulture, $"at {seconds}.{fraction:0000000} s{(Node is null ? "" : $" on {Node}")}");
        // A violation names its property itself.
        return Cause is InvariantViolationException
            ? $"{Cause.Message} ({when})"
            : $"{Property}: {Cause.Message} ({when})";
    }
}

/// <summary>Code under simulation left its loop: the run is not a function of its seed.</summary>
internal sealed class EscapeException(string message) : Exception(message);
