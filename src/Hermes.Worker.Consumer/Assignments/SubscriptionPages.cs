using System.Text.Json;
using System.Text.Json.Serialization;
using Hermes.Shared.Status;

namespace Hermes.Worker.Consumer.Assignments;

/// <summary>What this worker serves, as Hermes's consumers tell it: <c>/status/subscriptions</c> and <c>/status/subscriptionsCount</c>.</summary>
internal static partial class SubscriptionPages
{
    public static StatusPage List(LiveRuns live) => new("/status/subscriptions", () => new(JsonSerializer.SerializeToUtf8Bytes(
        live.All.Select(r => new Served(r.Subscription.Name.ToString(), Timesheet(r))).OrderBy(s => s.QualifiedName, StringComparer.Ordinal), Json.Default.IEnumerableServed)));

    public static StatusPage Count(LiveRuns live) => new("/status/subscriptionsCount", () => new(JsonSerializer.SerializeToUtf8Bytes(live.All.Count, Json.Default.Int32)));

    // Hermes's signals: when the last of each kind was carried out, milliseconds since 1970.
    private static Dictionary<string, long> Timesheet(ServingRun run)
    {
        var sheet = new Dictionary<string, long>(StringComparer.Ordinal) { ["START"] = run.StartedAt.ToUnixTimeMilliseconds() };
        if (run.UpdatedAt is { } updated)
            sheet["UPDATE_SUBSCRIPTION"] = updated.ToUnixTimeMilliseconds();
        return sheet;
    }

    private sealed record Served(string QualifiedName, Dictionary<string, long> SignalTimesheet);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(IEnumerable<Served>)), JsonSerializable(typeof(int))]
    private sealed partial class Json : JsonSerializerContext;
}
