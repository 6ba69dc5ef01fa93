namespace RaftKv.Sim.Commands;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    public const int Good = 0;
    public const int Violation = 1;
    public const int WrongUsage = 2;
    public const int Undecided = 3;
}
