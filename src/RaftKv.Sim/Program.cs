using RaftKv.Sim.Commands;

return SimCommandLine.Run(args, Console.Out, Console.Error);
