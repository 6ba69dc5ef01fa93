using System.Text.RegularExpressions;
using Xunit;

namespace RaftKv.Scenarios.Documents;

/// <summary>
/// The programs on the pages of the repository are handed to the compiler, letter by letter; where a page says what one
/// prints, it is run.
/// </summary>
public sealed partial class ProgramTests
{
    public static TheoryData<string> PagesWithPrograms =>
        [.. Repository.Pages.Where(page => Program().IsMatch(Repository.Read(page)))];

    [Theory]
    [MemberData(nameof(PagesWithPrograms))]
    public void The_programs_of_a_page_compile_and_print_what_it_says(string page)
    {
        foreach (Match match in Program().Matches(Repository.Read(page)))
        {
            using var program = new PageProgram(match.Groups[1].Value);
            var errors = program.Compile();
            Assert.True(errors.Length == 0, errors);
            if (match.Groups[2].Success)
                Assert.Equal(match.Groups[2].Value, program.Run());
        }
    }

    [Fact]
    public void The_lock_table_of_the_page_is_the_one_that_is_tested()
    {
        var source = Repository.Read("tests/Scenarios/StateMachines/LockTable.cs");
        var types = source[source.IndexOf("/// <summary>", StringComparison.Ordinal)..];
        Assert.Contains(types, Repository.Read("docs/state-machines.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_is_wrong_does_not_compile()
    {
        using var program = new PageProgram("await RaftKvClint.Connect().DisposeAsync();");
        Assert.Contains("CS0103", program.Compile(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_cannot_use_what_is_internal()
    {
        using var program = new PageProgram("Console.WriteLine(typeof(RaftKv.Sim.Simulation));");
        Assert.Contains("CS0122", program.Compile(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/simulation.md")]
    [InlineData("docs/state-machines.md")]
    [InlineData("src/RaftKv/README.md")]
    [InlineData("src/RaftKv.Client/README.md")]
    [InlineData("src/RaftKv.Linearizability/README.md")]
    [InlineData("src/RaftKv.Node/README.md")]
    [InlineData("src/RaftKv.Sim/README.md")]
    public void Every_page_that_should_have_a_program_has_one(string page) =>
        Assert.Matches(Program(), Repository.Read(page));

    /// <summary>A program, and what it prints where "It prints" and a block of text follow.</summary>
    [GeneratedRegex("```csharp\n(.*?)```(?:\n\n[^\n`]*prints[^\n`]*\n\n```text\n(.*?)```)?", RegexOptions.Singleline)]
    private static partial Regex Program();
}
