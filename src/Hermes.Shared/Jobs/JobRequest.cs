using System.Text.Json;
using System.Xml;
using Hermes.Shared.Naming;

namespace Hermes.Shared.Jobs;

/// <summary>A job's document, read and checked.</summary>
/// <param name="Document">As it was written.</param>
/// <param name="Subscription">Its subscription.</param>
/// <param name="Back">Its target's duration, if it is one.</param>
public sealed record JobRequest(JobDocument Document, SubscriptionName Subscription, TimeSpan? Back)
{
    /// <summary>Reads a job's node.</summary>
    /// <returns><see langword="null"/>: it is of a version that is not known here, and to be left alone.</returns>
    /// <exception cref="JobRefusedException">It is malformed or impossible.</exception>
    public static JobRequest? Read(ReadOnlyMemory<byte> data)
    {
        try
        {
            using var json = JsonDocument.Parse(data);
            if (json.RootElement.ValueKind is not JsonValueKind.Object)
                throw new JobRefusedException("The document must be a JSON object.");
            if (json.RootElement.TryGetProperty("version", out var version) && version.ValueKind is JsonValueKind.Number
                && (!version.TryGetInt32(out var number) || number != JobDocument.KnownVersion))
                return null;
            return Check(json.Deserialize(JobJson.Instance.JobDocument)!);
        }
        catch (JsonException e)
        {
            throw new JobRefusedException($"The document cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Checks a document.</summary>
    /// <exception cref="JobRefusedException">It asks for what is impossible.</exception>
    public static JobRequest Check(JobDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (document.Mode is not (JobModes.Rewind or JobModes.Replay))
            throw new JobRefusedException($"mode must be '{JobModes.Rewind}' or '{JobModes.Replay}', but is '{document.Mode}'.");
        if (!SubscriptionName.TryParse(document.Subscription, out var subscription))
            throw new JobRefusedException($"subscription must read 'group.topic$subscription', but is '{document.Subscription}'.");
        var target = document.Target;
        var given = new[] { target.Time is not null, target.Duration is not null, target.Messages is not null, target.Offsets is not null }.Count(g => g);
        if (given != 1)
            throw new JobRefusedException($"target must have exactly one of time, duration, messages and offsets, but has {given} of them.");
        if (target.Messages is < 0)
            throw new JobRefusedException($"target.messages must be 0 or more, but is {target.Messages}.");
        if (target.Offsets is { } offsets)
            CheckOffsets("target", offsets);
        CheckMode(document);
        return new(document, subscription, target.Duration is { } duration ? ReadDuration(duration) : null);
    }

    private static TimeSpan ReadDuration(string text)
    {
        try
        {
            if (XmlConvert.ToTimeSpan(text) is var duration && duration >= TimeSpan.Zero)
                return duration;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            // The same refusal as for a negative one.
        }
        throw new JobRefusedException($"target.duration must be a positive ISO 8601 duration such as PT2H30M, but is '{text}'.");
    }

    /// <summary>What belongs to one mode would be left out, unnoticed, by the other.</summary>
    private static void CheckMode(JobDocument document)
    {
        if (document.Mode == JobModes.Rewind)
        {
            if (document.Until is not null || document.Filters is not null || document.Rate is not null || document.Source is not null)
                throw new JobRefusedException($"until, filters, rate and source are for the mode '{JobModes.Replay}' alone: a rewind delivers by the subscription's own consumers.");
            return;
        }
        if (document.AllowEnd)
            throw new JobRefusedException($"allowEnd is for the mode '{JobModes.Rewind}' alone.");
        if (document.Source is not (null or JobSources.DeadLetters))
            throw new JobRefusedException($"source must be '{JobSources.DeadLetters}' or absent, but is '{document.Source}'.");
        if (document.Rate is < 1)
            throw new JobRefusedException($"rate must be 1 a second or more, but is {document.Rate}.");
        if (document.Filters?.FirstOrDefault(f => f.Others is { Count: > 0 }) is { } filter)
            throw new JobRefusedException($"filters have a member that is not known: '{filter.Others!.Keys.First()}'.");
        if (document.Until is not { } until)
            return;
        if (until.Time is null == until.Offsets is null)
            throw new JobRefusedException("until must have exactly one of time and offsets.");
        if (until.Offsets is { } offsets)
            CheckOffsets("until", offsets);
        if (until.Time < document.Target.Time)
            throw new JobRefusedException($"until.time must not be before target.time, but is {until.Time:O}.");
    }

    private static void CheckOffsets(string member, IReadOnlyDictionary<string, IReadOnlyDictionary<int, long>> topics)
    {
        if (topics.Count == 0 || topics.Values.Any(p => p.Count == 0))
            throw new JobRefusedException($"{member}.offsets must name a partition for each topic, and one topic at least.");
        foreach (var (topic, partitions) in topics)
        {
            foreach (var (partition, offset) in partitions)
            {
                if (partition < 0 || offset < 0)
                    throw new JobRefusedException($"{member}.offsets of {topic}[{partition}] must be 0 or more, but is {offset}.");
            }
        }
    }
}
