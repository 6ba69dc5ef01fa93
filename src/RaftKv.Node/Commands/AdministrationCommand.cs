using System.CommandLine;

namespace RaftKv.Node.Commands;

/// <summary>
/// A command that administers the cluster. That it is rejected depends on how the cluster stands: it failed, while a
/// rejected command of the store was bad input.
/// </summary>
internal sealed class AdministrationCommand(string name, string description) : Command(name, description);
