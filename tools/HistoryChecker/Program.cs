return RaftKv.HistoryChecker.Commands.CommandLine.Run(args, Console.Out, Console.Error);
