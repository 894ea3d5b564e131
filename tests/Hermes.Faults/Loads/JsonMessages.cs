using System.Globalization;
using System.Text.Json;
using Hermes.Faults.Accounts;
using Hermes.Testing.Installations;

namespace Hermes.Faults.Loads;

/// <summary>The messages of the JSON topic. Most have one of a few keys; some tell the endpoint of <see cref="Subscribed.Letters"/> to
/// refuse them, always.</summary>
internal static class JsonMessages
{
    private const string RefusalMember = "refuse";
    private const int Keys = 16, RefusedOneOf = 20;

    /// <summary>The message of a number.</summary>
    public static Outgoing Make(long number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"m{number}");
        // One in seventeen has no key, and so no order.
        var key = number % (Keys + 1) is var lane and < Keys ? string.Create(CultureInfo.InvariantCulture, $"key-{lane}") : null;
        // Of the refused every other one for good at once (400), every other one until its attempts are used up (500).
        var refusal = number % RefusedOneOf == 7 ? number % (2 * RefusedOneOf) == 7 ? 400 : 500 : (int?)null;
        var body = $$"""{"number":"{{id}}"{{(refusal is null ? "" : string.Create(CultureInfo.InvariantCulture, $",\"{RefusalMember}\":{refusal}"))}}}""";
        return new(new(id) { Key = key, Refusal = refusal }, FrontendRecords.Json(id, key, body, TimeProvider.System.GetUtcNow()));
    }

    /// <summary>What the content of a delivered message asks its endpoint to answer; null: to take it.</summary>
    public static int? RefusalOf(byte[] content)
    {
        using var document = JsonDocument.Parse(content);
        return document.RootElement.TryGetProperty(RefusalMember, out var status) ? status.GetInt32() : null;
    }
}
