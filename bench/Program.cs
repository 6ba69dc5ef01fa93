using System.Globalization;
using RaftKv.Bench;

if (args is not (["core"] or ["core", _]))
{
    Console.Error.WriteLine("Usage: core [SECONDS]   three consensus cores in memory, 64-byte entries");
    return 2;
}

var seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 3;
CoreBench.Run(TimeSpan.FromSeconds(seconds));
return 0;
