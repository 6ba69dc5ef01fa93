using System.CommandLine;
using RaftKv.Sim.Commands;

var root = new RootCommand(
    "Runs whole RaftKv clusters in one process under seeded faults and virtual time, and checks them.")
{
    SweepCommand.Create(),
    ReplayCommand.Create(),
    BenchCommand.Create(),
};
var parsed = root.Parse(args.Length == 0 ? ["sweep"] : args);
var status = parsed.Invoke();
return parsed.Errors.Count > 0 ? ExitCode.WrongUsage : status;
