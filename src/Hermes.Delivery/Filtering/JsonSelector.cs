using System.Buffers;
using System.Text;
using System.Text.Json;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Hermes.Delivery.Filtering;

/// <summary>Finds the values at a JSONPath in a body.</summary>
/// <remarks>
/// A path of plain member names (<c>$.user.id</c>), which nearly all are, is read straight from the bytes; any other goes through
/// Newtonsoft.Json, the one library at hand that knows JSONPath.
/// </remarks>
internal sealed class JsonSelector
{
    private static readonly SearchValues<char> NotPlain = SearchValues.Create("[]()*?@'\",:$ ");
    // A path may hold regular expressions of its own (=~).
    private static readonly JsonSelectSettings Settings = new() { RegexMatchTimeout = Matcher.Patience };
    private readonly string _path;
    private readonly string[]? _members;

    private JsonSelector(string path, string[]? members)
    {
        _path = path;
        _members = members;
    }

    /// <exception cref="ArgumentException">The path is not a JSONPath.</exception>
    public static JsonSelector Parse(string path)
    {
        if (path.StartsWith("$.", StringComparison.Ordinal) && path.AsSpan(2).IndexOfAny(NotPlain) < 0
            && path[2..].Split('.') is var members && !Array.Exists(members, member => member.Length == 0))
            return new JsonSelector(path, members);
        try
        {
            _ = new JObject().SelectTokens(path).Any(); // parses the path
        }
        catch (Newtonsoft.Json.JsonException e)
        {
            throw new ArgumentException($"{path} is not a JSONPath: {e.Message}", nameof(path), e);
        }

        return new JsonSelector(path, members: null);
    }

    /// <summary>The values at the path: text as it is, numbers and true and false as written, null for null, objects and arrays as JSON.</summary>
    /// <exception cref="System.Text.Json.JsonException">The body is not JSON (or Newtonsoft's exception of that name).</exception>
    public IReadOnlyList<string?> Select(ReadOnlyMemory<byte> body) => _members is { } members ? SelectMember(body.Span, members) : SelectTokens(body);

    private static string?[] SelectMember(ReadOnlySpan<byte> body, string[] members)
    {
        var reader = new Utf8JsonReader(body);
        var depth = 0; // how many of the members led here
        string?[] found = [];
        while (reader.Read())
        {
            if (reader.TokenType is not JsonTokenType.PropertyName)
            {
                // An entered object stands at the depth of its member: its end leads back to the object around it.
                if (reader.TokenType is JsonTokenType.EndObject && reader.CurrentDepth <= depth) depth = Math.Max(reader.CurrentDepth - 1, 0);
                else if (reader.TokenType is JsonTokenType.StartArray) reader.Skip();
                continue;
            }

            if (reader.CurrentDepth != depth + 1 || !reader.ValueTextEquals(members[depth]))
            {
                reader.Skip();
                continue;
            }

            if (depth < members.Length - 1)
            {
                reader.Read();
                found = []; // a member given twice: the later one counts
                if (reader.TokenType is JsonTokenType.StartObject) depth++;
                else reader.Skip();
                continue;
            }

            reader.Read();
            found = [Text(ref reader, body)];
        }

        return found;
    }

    private static string? Text(ref Utf8JsonReader reader, ReadOnlySpan<byte> body)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String: return reader.GetString();
            case JsonTokenType.Null: return null;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                return Encoding.UTF8.GetString(body[start..(int)reader.BytesConsumed]);
            default: return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private List<string?> SelectTokens(ReadOnlyMemory<byte> body)
    {
        using var text = new StringReader(Encoding.UTF8.GetString(body.Span));
        // Values stay what they are: no guessing of dates, no rounding through a double.
        using var reader = new JsonTextReader(text) { DateParseHandling = DateParseHandling.None, FloatParseHandling = FloatParseHandling.Decimal };
        return [.. JToken.ReadFrom(reader).SelectTokens(_path, Settings).Select(Text)];
    }

    private static string? Text(JToken token) => token switch
    {
        JValue { Value: null } => null,
        JValue { Value: string text } => text,
        JValue { Value: bool flag } => flag ? "true" : "false",
        _ => token.ToString(Formatting.None),
    };
}
