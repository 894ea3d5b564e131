using System.CommandLine;
using System.Text.Json;
using Hermes.Shared.Jobs;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Retransmissions;

/// <summary>The options that only a replay has.</summary>
internal sealed class ReplayOptions
{
    private readonly Option<string?> _to = new("--to") { Description = "Replay: up to the last record published at or before this moment." };
    private readonly Option<string[]> _toOffsets = new("--to-offset")
    {
        Description = "Replay: the last offset of a partition: [topic:]partition=offset. May be given again; other partitions go to their end.",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<string[]> _filters = new("--filter")
    {
        Description = "Replay: only what passes: $.json.path=pattern, header:name=pattern, or a filter document of Hermes. May be given again; all must pass.",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<int?> _rate = new("--rate") { Description = "Replay: at most so many attempts a second." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _to, _toOffsets, _filters, _rate })
            command.Options.Add(option);
    }

    /// <summary>The document with what is asked for.</summary>
    /// <exception cref="UsageException">A value cannot be read.</exception>
    public JobDocument Lay(JobDocument document, ParseResult parsed, string primaryTopic)
    {
        var (to, offsets, filters) = (parsed.GetValue(_to), parsed.GetValue(_toOffsets)!, parsed.GetValue(_filters)!);
        return document with
        {
            Until = to is null && offsets.Length == 0 ? null : new()
            {
                Time = to is null ? null : TargetOptions.ReadTime(_to.Name, to),
                Offsets = offsets.Length == 0 ? null : TargetOptions.ReadOffsets(_toOffsets.Name, offsets, primaryTopic),
            },
            Filters = filters.Length == 0 ? null : [.. filters.Select(ReadFilter)],
            Rate = parsed.GetValue(_rate),
        };
    }

    private SubscriptionFilter ReadFilter(string text)
    {
        try
        {
            if (text.StartsWith('{') && JsonSerializer.Deserialize(text, JobJson.Instance.SubscriptionFilter) is { } document)
                return document;
        }
        catch (JsonException e)
        {
            throw new UsageException($"{_filters.Name} is no filter document: {e.Message}");
        }
        const string header = "header:";
        return text.IndexOf('=', StringComparison.Ordinal) switch
        {
            > 1 and var at when text.StartsWith('$') => new() { Type = "jsonpath", Path = text[..at], Matcher = text[(at + 1)..] },
            > 7 and var at when text.StartsWith(header, StringComparison.Ordinal) => new() { Type = "header", Header = text[header.Length..at], Matcher = text[(at + 1)..] },
            _ => throw new UsageException($"{_filters.Name} must read $.json.path=pattern or header:name=pattern, or be a filter document, but is '{text}'."),
        };
    }
}
