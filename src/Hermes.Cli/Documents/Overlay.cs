using System.Text.Json.Nodes;

namespace Hermes.Cli.Documents;

/// <summary>Lays one document over another.</summary>
internal static class Overlay
{
    /// <summary>Takes over every member; objects are merged, lists and values replaced.</summary>
    public static void Apply(JsonObject under, JsonObject over)
    {
        foreach (var (name, value) in over)
        {
            if (value is JsonObject inner && under[name] is JsonObject present)
                Apply(present, inner);
            else if (value is null)
                under.Remove(name);
            else
                under[name] = value.DeepClone();
        }
    }
}
