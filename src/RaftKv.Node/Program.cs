using RaftKv.Node.Commands;

// A completed receive or send only posts to its loop, so it may do that on the thread that polls the sockets: the hop
// through the thread pool doubled the CPU time of a round trip. .NET reads this before the first socket. It holds for
// the whole process, so it is set here and not in the library.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

return await NodeCommandLine.RunAsync(args, Console.Out, Console.Error);
