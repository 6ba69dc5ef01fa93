using Xunit;

namespace RaftKv.Scenarios.Catalogue;

public sealed class ScenarioDocumentTests
{
    [Fact]
    public void Docs_scenarios_md_names_the_tests_as_they_are()
    {
        if (ScenarioDocument.IsUpdating)
            ScenarioDocument.Write();
        Assert.Equal(File.ReadAllText(ScenarioDocument.Path), ScenarioDocument.Render());
    }

    [Fact]
    public void Every_test_of_a_scenario_names_one_of_the_catalogue() =>
        Assert.Empty(ScenarioDocument.Tests.Select(test => test.Scenario.Name)
            .Except(ScenarioDocument.Boxes.Select(box => box.Name)));

    [Fact]
    public void Every_scenario_is_in_the_catalogue_once() =>
        Assert.Equal(
            ScenarioDocument.Boxes.Count, ScenarioDocument.Boxes.DistinctBy(box => box.Name).Count());

    [Fact]
    public void Every_script_exists() =>
        Assert.DoesNotContain(ScenarioDocument.Tests, test =>
            test.Scenario.Script is { } script
            && !File.Exists(Path.Combine(Path.GetDirectoryName(ScenarioDocument.Path)!, "..", script)));
}
