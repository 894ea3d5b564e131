using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Fleet;

/// <summary>How many consumers a topic's subscriptions, or one subscription, are to have: Hermes's workload constraint.</summary>
public sealed record WorkConstraint
{
    /// <summary>At least 1.</summary>
    [JsonRequired] public int ConsumersNumber { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Reason { get; init; }

    /// <summary>Reads a node's document.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static WorkConstraint Read(ReadOnlySpan<byte> data)
    {
        try
        {
            if (JsonSerializer.Deserialize(data, Registry.DocumentJson.Instance.WorkConstraint) is { ConsumersNumber: >= 1 } constraint)
                return constraint;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"A workload constraint cannot be read: {e.Message}", e);
        }
        throw new InvalidDataException("A workload constraint must have a consumersNumber of at least 1.");
    }
}
