namespace RaftKv.Rpc;

/// <summary>Points in time, as time stamps of a <see cref="TimeProvider"/>.</summary>
internal static class Deadline
{
    /// <summary>The time stamp at the end of <paramref name="span"/> from now.</summary>
    public static long After(TimeProvider time, TimeSpan span) =>
        time.GetTimestamp() + (long)((Int128)span.Ticks * time.TimestampFrequency / TimeSpan.TicksPerSecond);

    /// <summary>
    /// How long until <paramref name="deadline"/>, rounded up: a timer set to it never fires early and finds nothing
    /// due.
    /// </summary>
    public static TimeSpan Until(TimeProvider time, long deadline)
    {
        var left = (Int128)Math.Max(0, deadline - time.GetTimestamp()) * TimeSpan.TicksPerSecond;
        var frequency = time.TimestampFrequency;
        return new TimeSpan((long)((left + frequency - 1) / frequency));
    }
}
