using System.CommandLine;
using System.Globalization;
using Hermes.Shared.Jobs;

namespace Hermes.Cli.Retransmissions;

/// <summary>The options that say where to go on from.</summary>
internal sealed class TargetOptions
{
    private readonly Option<string?> _from = new("--from") { Description = "The first record published at or after this moment (ISO 8601; UTC where it names no offset)." };
    private readonly Option<string?> _back = new("--back") { Description = "So long ago: an ISO 8601 duration, e.g. PT2H30M." };
    private readonly Option<long?> _messages = new("--messages") { Description = "So many records back in each partition." };
    private readonly Option<string[]> _offsets = new("--offset")
    {
        Description = "A partition's offset: [topic:]partition=offset, the topic as Kafka names it. May be given again; other partitions stay where they are.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _all = new("--all") { Description = "From the oldest record that is there." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _from, _back, _messages, _offsets, _all })
            command.Options.Add(option);
    }

    /// <param name="parsed">The command line.</param>
    /// <param name="primaryTopic">The Kafka topic that is meant where none is named.</param>
    /// <exception cref="UsageException">A value cannot be read, or not exactly one of the options is given.</exception>
    public JobTarget Read(ParseResult parsed, string primaryTopic)
    {
        var (from, back, messages, offsets) = (parsed.GetValue(_from), parsed.GetValue(_back), parsed.GetValue(_messages), parsed.GetValue(_offsets)!);
        var all = parsed.GetValue(_all);
        var given = new[] { from is not null, back is not null, messages is not null, offsets.Length > 0, all }.Count(g => g);
        if (given != 1)
            throw new UsageException($"Exactly one of --from, --back, --messages, --offset and --all must be given, but there are {given} of them.");
        return new()
        {
            Time = all ? DateTimeOffset.UnixEpoch : from is null ? null : ReadTime(_from.Name, from),
            Duration = back,
            Messages = messages,
            Offsets = offsets.Length == 0 ? null : ReadOffsets(_offsets.Name, offsets, primaryTopic),
        };
    }

    /// <exception cref="UsageException">It is no moment.</exception>
    public static DateTimeOffset ReadTime(string option, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new UsageException($"{option} must be a moment such as 2026-11-24T10:00:00Z, but is '{text}'.");

    /// <exception cref="UsageException">One is no offset, or two are of one partition.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<int, long>> ReadOffsets(string option, string[] texts, string primaryTopic) =>
        texts.Select(text => ReadOffset(option, text, primaryTopic)).GroupBy(o => o.Topic, StringComparer.Ordinal).ToDictionary(
            topic => topic.Key,
            topic => (IReadOnlyDictionary<int, long>)topic.GroupBy(o => o.Partition).ToDictionary(
                p => p.Key,
                p => p.Count() == 1 ? p.First().Offset : throw new UsageException($"{option} names {topic.Key}:{p.Key} more than once.")),
            StringComparer.Ordinal);

    private static (string Topic, int Partition, long Offset) ReadOffset(string option, string text, string primaryTopic)
    {
        var (colon, equal) = (text.LastIndexOf(':'), text.LastIndexOf('='));
        return equal > colon
            && int.TryParse(text.AsSpan(colon + 1, equal - colon - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(text.AsSpan(equal + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? (colon < 0 ? primaryTopic : text[..colon], partition, offset)
            : throw new UsageException($"{option} must read [topic:]partition=offset, but is '{text}'.");
    }
}
