using System.Reflection;
using Xunit.Sdk;

namespace RaftKv.Scenarios.Catalogue;

/// <summary>
/// Says that a test runs a scenario of boxes.tsv, and measures what it costs. docs/scenarios.md is made from these.
/// </summary>
/// <param name="name">The scenario's name in boxes.tsv.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ScenarioAttribute(string name) : BeforeAfterTestAttribute
{
    private TimeSpan _before;

    /// <summary>The scenario's name in boxes.tsv.</summary>
    public string Name { get; } = name;

    /// <summary>The text file that is the scenario, as a path in the repository; null when the test is all.</summary>
    public string? Script { get; init; }

    /// <summary>Whether the test runs the seeds of <see cref="ScenarioSeeds"/>, not one schedule.</summary>
    public bool IsRandom { get; init; }

    public override void Before(MethodInfo methodUnderTest) => _before = ThreadClock.Now;

    public override void After(MethodInfo methodUnderTest)
    {
        if (ScenarioDocument.IsUpdating)
            ScenarioDocument.Measured(
                Name, methodUnderTest, IsRandom ? ScenarioSeeds.Count : 1, ThreadClock.Now - _before);
    }
}
