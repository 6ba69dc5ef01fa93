using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace RaftKv.Scenarios.Catalogue;

/// <summary>
/// docs/scenarios.md: which test runs each scenario of boxes.tsv, and at what cost. Names come from the attributes;
/// costs are those last measured, kept from the document itself, and renewed by every scenario that runs under
/// <c>RAFTKV_UPDATE_SCENARIOS=1</c>.
/// </summary>
internal static class ScenarioDocument
{
    private const string Open = "**open**";

    private const string Introduction =
        """
        # Scenarios

        What the well-known test suites for Raft drive and assert, under their names, and what we add; under virtual
        time, with all [invariants](../ARCHITECTURE.md#invariants) on.

        ```sh
        export RAFTKV_SCENARIO_SEEDS=100      # or 17..17 for one seed
        dotnet test tests/Scenarios -c Release --filter TestFigure83C
        dotnet test tests/Scenarios -c Release --filter "Labs|Ours"
        ```

        A failure names its seed; `RAFTKV_SCENARIO_TRACE=FILE` writes the trace of the last one
        ([legend](simulation.md#a-trace)).

        This page is generated from the tests: with `RAFTKV_UPDATE_SCENARIOS=1` each scenario that runs renews its cost,
        and `--filter ScenarioDocument` the names alone.

        Seeds: over how many the cost was measured; 1 for what chance has no part in. Cost: processor time of one seed.
        Original: what the original takes in real time, as published or typical.

        """;

    private static readonly Lock _lock = new();
    private static readonly Dictionary<string, Dictionary<string, Cost>> _measured = [];

    /// <summary>Whether costs and names are to be written.</summary>
    public static bool IsUpdating { get; } = Environment.GetEnvironmentVariable("RAFTKV_UPDATE_SCENARIOS") == "1";

    public static string Path { get; } = FromRoot("docs", "scenarios.md");

    /// <summary>All scenarios of boxes.tsv.</summary>
    public static IReadOnlyList<Box> Boxes { get; } =
    [
        .. File.ReadLines(FromRoot("tests", "Scenarios", "Catalogue", "boxes.tsv")).Skip(1).Select(line =>
            line.Split('\t') is [var section, var name, var original]
                ? new Box(section, name, original)
                : throw new InvalidDataException($"boxes.tsv: '{line}' has not three columns.")),
    ];

    /// <summary>All tests that run a scenario, in the order of their names.</summary>
    public static IReadOnlyList<(MethodInfo Test, ScenarioAttribute Scenario)> Tests { get; } =
    [
        .. from type in typeof(ScenarioDocument).Assembly.GetTypes()
           from test in type.GetMethods()
           from scenario in test.GetCustomAttributes<ScenarioAttribute>()
           orderby NameOf(test), scenario.Name
           select (test, scenario),
    ];

    /// <summary>The document as it should be; costs that were not measured are those that it has.</summary>
    public static string Render()
    {
        var costs = KnownCosts();
        var text = new StringBuilder(Introduction);
        var open = Boxes.Count(box => Tests.All(test => test.Scenario.Name != box.Name));
        text.Append(CultureInfo.InvariantCulture, $"\n{Boxes.Count} scenarios, {open} of them open.\n");
        foreach (var section in Boxes.GroupBy(box => box.Section))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {section.Key}\n\n");
            text.Append("| scenario | test | seeds | cost | original |\n|---|---|---|---|---|\n");
            foreach (var box in section)
            {
                var tests = string.Join("<br>", Tests.Where(test => test.Scenario.Name == box.Name).Select(Link));
                var test = tests.Length == 0 ? Open : tests;
                var cost = costs.GetValueOrDefault(box.Name, "- | -");
                text.Append(CultureInfo.InvariantCulture, $"| {box.Name} | {test} | {cost} | {box.Original} |\n");
            }
        }

        return text.ToString();
    }

    /// <summary>A scenario's test has run; a theory runs once for each row.</summary>
    public static void Measured(string scenario, MethodInfo test, int seeds, TimeSpan cpu)
    {
        lock (_lock)
        {
            if (!_measured.TryGetValue(scenario, out var tests))
                _measured.Add(scenario, tests = []);
            tests[NameOf(test)] = tests.GetValueOrDefault(NameOf(test)) + new Cost(seeds, cpu / seeds);
            Write();
        }
    }

    /// <summary>Writes the document as it should be.</summary>
    public static void Write()
    {
        lock (_lock)
            File.WriteAllText(Path, Render());
    }

    private static string Link((MethodInfo Test, ScenarioAttribute Scenario) test) =>
        test.Scenario.Script is { } script
            ? $"[{System.IO.Path.GetFileName(script)}](../{script})"
            : $"{NameOf(test.Test)}";

    private static string NameOf(MethodInfo test) => $"{test.DeclaringType!.Name}.{test.Name}";

    private static Dictionary<string, string> KnownCosts()
    {
        var costs = new Dictionary<string, string>();
        foreach (var line in File.Exists(Path) ? File.ReadLines(Path) : [])
        {
            if (line.Split(" | ") is [var name, var test, var seeds, var cost, _] && !test.Contains(Open))
                costs[name.TrimStart('|', ' ')] = $"{seeds} | {cost}";
        }

        foreach (var (scenario, tests) in _measured)
        {
            if (Tests.Where(test => test.Scenario.Name == scenario).All(test => tests.ContainsKey(NameOf(test.Test))))
                costs[scenario] = tests.Values.Aggregate((sum, cost) => sum + cost).ToString();
        }

        return costs;
    }

    private static string FromRoot(params string[] path) => System.IO.Path.GetFullPath(System.IO.Path.Combine(
        [System.IO.Path.GetDirectoryName(ThisFile())!, "..", "..", "..", .. path]));

    private static string ThisFile([CallerFilePath] string path = "") => path;

    /// <summary>A scenario of the catalogue.</summary>
    /// <param name="Section">Where it comes from.</param>
    /// <param name="Name">What the original calls it.</param>
    /// <param name="Original">Real time of the original, "-" where there is none or it is not known.</param>
    internal sealed record Box(string Section, string Name, string Original);

    private readonly record struct Cost(int Seeds, TimeSpan Each)
    {
        public static Cost operator +(Cost left, Cost right) =>
            new(Math.Max(left.Seeds, right.Seeds), left.Each + right.Each);

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{Seeds} | {Each.TotalMilliseconds:0.#} ms");
    }
}
