using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Documents;

public sealed class TraceLegendTests
{
    [Fact]
    public void The_legend_of_a_trace_is_the_same_in_the_document_and_in_the_program()
    {
        using var printed = new StringWriter();
        new Trace().WriteTo(printed);
        Assert.Contains(
            $"```\n{printed}```\n", File.ReadAllText(Path.Combine(Repository.Root, "docs/simulation.md")),
            StringComparison.Ordinal);
    }
}
