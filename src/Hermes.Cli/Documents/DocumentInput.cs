using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hermes.Cli.Documents;

/// <summary>The options that describe a document: <c>--file</c> and <c>--set</c>.</summary>
internal sealed class DocumentInput
{
    private readonly Option<string?> _file = new("--file", "-f")
    {
        Description = "A JSON document to start from: its members go over the defaults. '-' reads standard input.",
        HelpName = "FILE",
    };
    private readonly Option<Assignment[]> _set = new("--set", "-s")
    {
        Description = "Sets any member by its path, e.g. subscriptionPolicy.rate=1000, headers[0]={\"name\":\"X\",\"value\":\"y\"}; null removes it.",
        HelpName = "PATH=VALUE",
        AllowMultipleArgumentsPerToken = false,
        Arity = ArgumentArity.ZeroOrMore,
        DefaultValueFactory = static _ => [],
        CustomParser = ParseAssignments,
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_file);
        command.Options.Add(_set);
    }

    /// <summary>The assignments, in their order.</summary>
    public IReadOnlyList<Assignment> Assignments(ParseResult parsed) => parsed.GetValue(_set) ?? [];

    /// <summary>The document of <c>--file</c>; an empty one without.</summary>
    /// <exception cref="UsageException">It is no JSON object, or cannot be read.</exception>
    public async Task<JsonObject> ReadFileAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_file) is not { } file)
            return [];
        try
        {
            await using var stream = file == "-" ? terminal.Input : File.OpenRead(file);
            return await JsonNode.ParseAsync(stream, cancellationToken: cancellationToken) as JsonObject
                ?? throw new UsageException($"--file: {file} holds no JSON object.");
        }
        catch (JsonException e)
        {
            throw new UsageException($"--file: {file} is no JSON: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--file: {e.Message}");
        }
    }

    /// <summary>Applies the assignments, in their order.</summary>
    /// <exception cref="UsageException">Those that do not fit the document, all at once.</exception>
    public void Apply(ParseResult parsed, JsonObject document)
    {
        var faults = new List<string>();
        foreach (var assignment in Assignments(parsed))
        {
            try
            {
                assignment.ApplyTo(document);
            }
            catch (FormatException e)
            {
                faults.Add($"--set: {e.Message}");
            }
        }
        if (faults.Count > 0)
            throw new UsageException(faults);
    }

    private static Assignment[] ParseAssignments(ArgumentResult result)
    {
        var assignments = new List<Assignment>();
        foreach (var token in result.Tokens)
        {
            try
            {
                assignments.Add(Assignment.Parse(token.Value));
            }
            catch (FormatException e)
            {
                result.AddError($"--set: {e.Message}");
            }
        }
        return [.. assignments];
    }
}
