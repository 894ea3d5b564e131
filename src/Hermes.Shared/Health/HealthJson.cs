using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Health;

/// <summary>What the health pages say: the answer, its reasons, and each part told apart.</summary>
internal static partial class HealthJson
{
    public static ReadOnlyMemory<byte> Write(HealthReport report, IReadOnlyList<string> faults) => JsonSerializer.SerializeToUtf8Bytes(
        new Page(
            Word(faults.Count == 0), faults, new(Word(report.ZooKeeper.IsUp), report.ZooKeeper.Detail), new(Word(report.Kafka.IsUp), report.Kafka.Detail),
            [.. report.Checks.Select(c => new Check(c.Name, Word(c.Fault is null), c.Fault))],
            [.. report.Loops.Select(l => new Loop(l.Name, Word(l.IsAlive), l.Note, Math.Round(l.Silence.TotalSeconds, 3), l.LongestSilence.TotalSeconds))]),
        Json.Default.Page);

    private static string Word(bool isUp) => isUp ? "UP" : "DOWN";

    private sealed record Page(string Status, IReadOnlyList<string> Reasons, Part ZooKeeper, Part Kafka, IReadOnlyList<Check> Checks, IReadOnlyList<Loop> Loops);

    private sealed record Part(string Status, string Detail);

    private sealed record Check(string Name, string Status, string? Fault);

    private sealed record Loop(string Name, string Status, string? Note, double SilentForSeconds, double LongestSilenceSeconds);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(Page))]
    private sealed partial class Json : JsonSerializerContext;
}
