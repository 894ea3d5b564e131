using System.Globalization;
using System.Text.Json.Nodes;

namespace Hermes.Cli.Documents;

/// <summary>Names a member of a document: <c>subscriptionPolicy.rate</c>, <c>headers[0].name</c>, <c>labels["with.dot"]</c>.</summary>
internal sealed class MemberPath
{
    private readonly IReadOnlyList<Step> _steps;

    private MemberPath(string text, IReadOnlyList<Step> steps) => (Text, _steps) = (text, steps);

    /// <summary>The path as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">It is none: says why.</exception>
    public static MemberPath Parse(string text)
    {
        var steps = new List<Step>();
        var at = 0;
        while (at < text.Length)
        {
            if (text[at] is '[')
            {
                var end = text.IndexOf(']', at);
                if (end < 0)
                    throw new FormatException($"'{text}' lacks a ']'.");
                steps.Add(Bracket(text, text[(at + 1)..end]));
                at = end + 1;
                if (at < text.Length && text[at] is not ('.' or '['))
                    throw new FormatException($"'{text}' must go on with '.' or '[' after ']'.");
            }
            else
            {
                if (steps.Count > 0 && text[at] is '.')
                    at++;
                var end = text.AsSpan(at).IndexOfAny('.', '[') is var length and >= 0 ? at + length : text.Length;
                if (end == at)
                    throw new FormatException($"'{text}' has an empty name.");
                steps.Add(new(text[at..end], 0));
                at = end;
                if (at == text.Length - 1 && text[at] is '.')
                    throw new FormatException($"'{text}' ends with a dot.");
            }
        }
        return steps.Count > 0 ? new(text, steps) : throw new FormatException("a path is missing.");
    }

    /// <summary>The member, or <see langword="null"/> where there is none.</summary>
    public JsonNode? Find(JsonObject document)
    {
        JsonNode? at = document;
        foreach (var step in _steps)
            at = Child(at, step);
        return at;
    }

    /// <summary>Sets the member; objects on the way are made, and a list grows by the element behind its last.</summary>
    /// <param name="document">What to change.</param>
    /// <param name="value">The value; <see langword="null"/> removes the member.</param>
    /// <exception cref="FormatException">Something on the way is neither object nor list, or the list is shorter.</exception>
    public void Set(JsonObject document, JsonNode? value)
    {
        JsonNode at = document;
        for (var i = 0; i < _steps.Count - 1; i++)
        {
            if (Child(at, _steps[i]) is not { } next)
            {
                if (value is null)
                    return;
                next = _steps[i + 1].Name is null ? new JsonArray() : new JsonObject();
                Put(at, _steps[i], next);
            }
            at = next;
        }
        Put(at, _steps[^1], value);
    }

    private static Step Bracket(string text, string inside)
    {
        if (inside.Length >= 2 && inside[0] is '"' && inside[^1] is '"')
            return new(inside[1..^1], 0);
        return int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new(null, index)
            : throw new FormatException($"'{text}' has '[{inside}]', which is neither a place in a list nor a quoted name.");
    }

    private static JsonNode? Child(JsonNode? at, Step step) => (at, step.Name) switch
    {
        (JsonObject o, { } name) => o[name],
        (JsonArray a, null) when step.Index < a.Count => a[step.Index],
        _ => null,
    };

    private void Put(JsonNode at, Step step, JsonNode? value)
    {
        switch (at, step.Name)
        {
            case (JsonObject o, { } name) when value is null:
                o.Remove(name);
                break;
            case (JsonObject o, { } name):
                o[name] = value;
                break;
            case (JsonArray a, null) when value is null && step.Index < a.Count:
                a.RemoveAt(step.Index);
                break;
            case (JsonArray a, null) when step.Index < a.Count:
                a[step.Index] = value;
                break;
            case (JsonArray a, null) when step.Index == a.Count && value is not null:
                a.Add(value);
                break;
            case (JsonArray a, null):
                throw new FormatException($"'{Text}' is beyond the list, which has {a.Count} elements.");
            default:
                throw new FormatException($"'{Text}' goes through a value that is no {(step.Name is null ? "list" : "object")}.");
        }
    }

    /// <summary>A member's name, or without one a place in a list.</summary>
    private readonly record struct Step(string? Name, int Index);
}
