using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hermes.Cli.Documents;

/// <summary>One <c>--set path=value</c>.</summary>
/// <param name="Path">Which member.</param>
/// <param name="Value">JSON, or text that is no JSON and stands for itself; <c>null</c> removes the member.</param>
internal sealed record Assignment(MemberPath Path, string Value)
{
    /// <exception cref="FormatException">It does not read <c>path=value</c>.</exception>
    public static Assignment Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new(MemberPath.Parse(text[..equals]), text[(equals + 1)..])
            : throw new FormatException($"'{text}' does not read path=value.");
    }

    /// <summary>Sets the member. Where the document holds text there, the value is taken as text, unless it is quoted.</summary>
    /// <exception cref="FormatException">The path does not fit the document.</exception>
    public void ApplyTo(JsonObject document)
    {
        var holdsText = Path.Find(document)?.GetValueKind() is JsonValueKind.String;
        Path.Set(document, holdsText && Value is not ['"', .., '"'] and not "null" ? JsonValue.Create(Value) : Parse());

        JsonNode? Parse()
        {
            try
            {
                return JsonNode.Parse(Value);
            }
            catch (JsonException)
            {
                return JsonValue.Create(Value); // no JSON: text
            }
        }
    }
}
