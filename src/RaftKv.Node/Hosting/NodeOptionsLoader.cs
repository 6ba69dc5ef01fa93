using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace RaftKv.Node.Hosting;

/// <summary>
/// Reads <see cref="NodeOptions"/>: flags beat the environment, which beats the file. Every problem names its option
/// and where the value came from.
/// </summary>
internal static class NodeOptionsLoader
{
    private const string EnvironmentPrefix = "RAFTKV_";
    private const string NotSet = " (not set)";

    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>All options; <see cref="NodeOptions"/> documents them.</summary>
    public static IReadOnlyList<PropertyInfo> All { get; } = typeof(NodeOptions).GetProperties();

    /// <summary>The flag of an option: <c>--data-directory</c> for DataDirectory.</summary>
    public static string Flag(PropertyInfo option) => "-" + string.Concat(
        option.Name.Select(letter => char.IsUpper(letter) ? $"-{char.ToLowerInvariant(letter)}" : $"{letter}"));

    /// <summary>What an option may be; <see langword="null"/>: too much to list.</summary>
    public static IReadOnlyList<string>? Values(PropertyInfo option) => option.PropertyType switch
    {
        { IsEnum: true } names => Enum.GetNames(names),
        var type when type == typeof(bool) => ["true", "false"],
        _ => null,
    };

    /// <summary>Reads and checks the options.</summary>
    /// <param name="file">A JSON file; null: none.</param>
    /// <param name="flags">Values by option name, with <c>Members:1</c> for the address of member 1.</param>
    /// <exception cref="UsageException">The file cannot be read, or an option is unknown or wrong.</exception>
    public static NodeOptions Load(string? file, Dictionary<string, string?> flags)
    {
        var configuration = Read(file, flags);
        var problems = UnknownNames(configuration).ToList();
        var options = new NodeOptions();
        foreach (var option in All)
            Bind(option, options, configuration, problems);
        if (problems.Count == 0)
            problems.AddRange(Invalid(options, configuration));
        if (problems.Count == 0 && Mismatch(options) is { } mismatch)
            problems.Add(mismatch);
        if (file is null && problems.Exists(problem => problem.Contains(NotSet, StringComparison.Ordinal)))
            problems.Add("No --config FILE is given.");
        return problems.Count == 0 ? options : throw new UsageException(problems);
    }

    /// <summary>The options as a file that <see cref="Load"/> reads.</summary>
    public static string ToJson(NodeOptions options) => JsonSerializer.Serialize(options, _json);

    /// <summary>The options in a file, without a look at the environment, and unchecked.</summary>
    /// <exception cref="UsageException">The file cannot be read, or an option is unknown.</exception>
    public static NodeOptions FromJson(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<NodeOptions>(File.ReadAllText(file), _json)
                ?? throw new UsageException($"{file}: there are no options.");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file}: {Words(exception)}");
        }
    }

    private static IConfigurationRoot Read(string? file, Dictionary<string, string?> flags)
    {
        var builder = new ConfigurationBuilder();
        if (Directory.Exists(file))
            throw new UsageException($"--config {file} is a directory.");
        if (file is not null && !File.Exists(file))
            throw new UsageException($"--config {file}: there is no such file.");
        if (file is not null)
            builder.AddJsonFile(Path.GetFullPath(file));
        try
        {
            return builder.AddEnvironmentVariables(EnvironmentPrefix).AddInMemoryCollection(flags).Build();
        }
        catch (Exception exception)
            when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            var cause = exception is InvalidDataException ? exception.GetBaseException() : exception;
            throw new UsageException($"--config {file}: {Words(cause)}");
        }
    }

    /// <summary>An error's message, with lines and columns that count from 1, as editors do.</summary>
    private static string Words(Exception exception)
    {
        if (exception is not JsonException { LineNumber: { } line, BytePositionInLine: { } column })
            return exception.Message;
        var message = exception.Message;
        foreach (var position in (string[])[" Path: ", " LineNumber: "])
            if (message.IndexOf(position, StringComparison.Ordinal) is >= 0 and var start)
                message = message[..start];
        return $"line {line + 1}, column {column + 1}: {message}";
    }

    /// <summary>
    /// In the environment, names in capitals are meant for others: RAFTKV_ENDPOINTS for clients, RAFTKV_SEEDS for
    /// tests.
    /// </summary>
    private static IEnumerable<string> UnknownNames(IConfigurationRoot configuration) =>
        from provider in configuration.Providers
        where provider is JsonConfigurationProvider or EnvironmentVariablesConfigurationProvider
        from name in provider.GetChildKeys([], null).Distinct()
        where provider is JsonConfigurationProvider || name.Any(char.IsLower)
        where !All.Any(option => option.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        select $"{name} is not an option ({Describe(provider, name)}).";

    private static void Bind(
        PropertyInfo option, NodeOptions options, IConfigurationRoot configuration, List<string> problems)
    {
        var section = configuration.GetSection(option.Name);
        try
        {
            if (option.PropertyType == typeof(Dictionary<string, string>))
                section.Bind(option.GetValue(options));
            else if (section.GetChildren().Any())
                problems.Add($"{option.Name} must be a single value{Origin(configuration, option.Name)}.");
            else if (section.Value is not null)
                option.SetValue(options, section.Get(option.PropertyType));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            var values = Values(option) is { } names ? string.Join(" or ", names) : "a whole number";
            problems.Add(
                $"{option.Name} must be {values}, but is '{section.Value}'{Origin(configuration, option.Name)}.");
        }
    }

    private static IEnumerable<string> Invalid(NodeOptions options, IConfigurationRoot configuration)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        foreach (var result in results)
        {
            var name = result.MemberNames.First();
            var message = result.ErrorMessage!.Replace($"The field {name} ", "", StringComparison.Ordinal)
                .Replace($"The {name} field ", "", StringComparison.Ordinal);
            yield return $"{name}: {message.TrimEnd('.')}{Origin(configuration, name)}.";
        }
    }

    /// <summary>What the library has to say about options that are right one by one.</summary>
    private static string? Mismatch(NodeOptions options)
    {
        try
        {
            options.ToServerOptions().Validate();
            return null;
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
    }

    private static string Origin(IConfigurationRoot configuration, string name)
    {
        var provider = configuration.Providers.LastOrDefault(provider =>
            provider.TryGet(name, out _) || provider.GetChildKeys([], name).Any());
        return provider is null ? NotSet : $" ({Describe(provider, name)})";
    }

    private static string Describe(IConfigurationProvider provider, string name) => provider switch
    {
        JsonConfigurationProvider file => $"file {file.Source.Path}",
        EnvironmentVariablesConfigurationProvider => $"environment {EnvironmentPrefix}{name}",
        _ => "command line",
    };
}
