using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Hermes.Cli.Documents;

/// <summary>Hides what is secret in documents that are shown, as Hermes's management does.</summary>
internal static partial class Secrets
{
    /// <summary>What stands for a secret.</summary>
    public const string Mask = "*****";

    /// <summary>A copy without the endpoint's password and without that of the token request.</summary>
    public static JsonObject Hide(JsonObject document)
    {
        var shown = document.DeepClone().AsObject();
        if (shown["endpoint"] is JsonValue endpoint && endpoint.TryGetValue<string>(out var address))
            shown["endpoint"] = MaskAddress(address);
        if (shown["oAuthPolicy"] is JsonObject policy && policy.ContainsKey("password"))
            policy["password"] = Mask;
        return shown;
    }

    /// <summary>An address, with its password hidden.</summary>
    public static string MaskAddress(string address) => Password().Replace(address, $"${{user}}{Mask}@");

    /// <summary>Whether somebody hands back what was shown to him: the password would be lost.</summary>
    public static bool IsMasked(JsonNode? endpoint) => endpoint?.ToString().Contains($":{Mask}@", StringComparison.Ordinal) is true;

    [GeneratedRegex("(?<user>://[^/@:]*:)[^/@]*@", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Password();
}
