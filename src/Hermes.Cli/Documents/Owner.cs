using System.Text.Json.Nodes;

namespace Hermes.Cli.Documents;

/// <summary>Who answers for a topic or a subscription, on the command line: <c>SOURCE:ID</c>, or an id alone.</summary>
internal static class Owner
{
    private const string DefaultSource = "Plaintext";

    /// <summary>Whoever runs the command.</summary>
    public static JsonObject Default => Create(DefaultSource, Environment.UserName);

    public static JsonObject Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? Create(DefaultSource, text) : Create(text[..colon], text[(colon + 1)..]);
    }

    private static JsonObject Create(string source, string id) => new() { ["source"] = source, ["id"] = id };
}
