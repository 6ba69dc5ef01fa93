using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

namespace RaftKv.Scenarios.Architecture;

/// <summary>
/// The analyzer passes over a line that names nothing, so a misspelt ban is no ban. These tests look every line up, and
/// ask that where one overload is banned, a new one in a later runtime is not forgotten.
/// </summary>
public sealed class BannedSymbolsTests
{
    private static readonly Type[] _types =
    [
        .. Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System*.dll")
            .Where(IsManaged)
            .SelectMany(file => Assembly.Load(AssemblyName.GetAssemblyName(file)).GetExportedTypes())
            .Distinct(),
    ];

    private static readonly string[] _banned =
    [
        .. File.ReadLines(Path.Combine(Repository(), "BannedSymbols.txt"))
            .Where(line => line.Length > 0)
            .Select(line => line.Split(';')[0]),
    ];

    [Fact]
    public void Every_line_names_a_symbol()
    {
        var known = _types.SelectMany(Symbols).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(_banned, symbol => !known.Contains(symbol));
    }

    [Fact]
    public void No_line_is_repeated() => Assert.Equal(_banned.Distinct().Count(), _banned.Length);

    [Theory]
    [InlineData(typeof(Task), "Run WaitAsync ContinueWith WhenAny WhenAll WhenEach ConfigureAwait")]
    [InlineData(typeof(Task), "Wait WaitAll WaitAny Start RunSynchronously")]
    [InlineData(typeof(Task<>), "WaitAsync ContinueWith ConfigureAwait")]
    [InlineData(typeof(ValueTask), "ConfigureAwait")]
    [InlineData(typeof(ValueTask<>), "ConfigureAwait")]
    [InlineData(typeof(TaskAsyncEnumerableExtensions), "ConfigureAwait ToBlockingEnumerable")]
    public void Every_overload_of_a_family_is_banned(Type type, string names)
    {
        foreach (var method in type.GetMethods().Where(method => names.Split(' ').Contains(method.Name)))
            Assert.Contains(Id(method), _banned);
    }

    private static IEnumerable<string> Symbols(Type type)
    {
        yield return $"N:{type.Namespace}";
        yield return $"T:{Name(type)}";
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static
            | BindingFlags.DeclaredOnly;
        foreach (var property in type.GetProperties(Declared))
            yield return $"P:{Name(type)}.{property.Name}";
        foreach (var method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
            yield return Id(method);
    }

    /// <summary>The symbol's documentation id, as the C# standard defines it.</summary>
    private static string Id(MethodBase method)
    {
        var name = method.IsConstructor ? "#ctor" : method.Name;
        if (method.IsGenericMethodDefinition)
            name += $"``{method.GetGenericArguments().Length}";
        var parameters = method.GetParameters().Select(parameter => Reference(parameter.ParameterType)).ToArray();
        var list = parameters.Length == 0 ? "" : $"({string.Join(',', parameters)})";
        return $"M:{Name(method.DeclaringType!)}.{name}{list}";
    }

    private static string Reference(Type type)
    {
        if (type.IsGenericParameter)
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        if (type.HasElementType)
            return Reference(type.GetElementType()!) + (type.IsArray ? "[]" : type.IsByRef ? "@" : "*");
        if (!type.IsGenericType)
            return Name(type);
        var definition = Name(type.GetGenericTypeDefinition());
        return $"{definition[..definition.LastIndexOf('`')]}{{"
            + $"{string.Join(',', type.GetGenericArguments().Select(Reference))}}}";
    }

    private static string Name(Type type) => (type.FullName ?? type.Name).Replace('+', '.');

    private static bool IsManaged(string file)
    {
        try
        {
            return AssemblyName.GetAssemblyName(file) is not null;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }

    private static string Repository([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
}
