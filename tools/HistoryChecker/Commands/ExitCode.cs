namespace RaftKv.HistoryChecker.Commands;

/// <summary>How the process ends.</summary>
internal static class ExitCode
{
    public const int Linearizable = 0;
    public const int Illegal = 1;
    public const int BadInput = 2;
    public const int Undecided = 3;
}
