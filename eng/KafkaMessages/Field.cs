using System.Text.Json;

namespace KafkaMessages;

/// <summary>One field of a schema, its versions already narrowed to those of the struct around it.</summary>
internal sealed record Field(
    string Name, string Type, VersionRange Versions, VersionRange Nullable, VersionRange Tagged, int Tag, string? Default, bool Ignorable,
    IReadOnlyList<Field>? Fields)
{
    public bool IsArray => Type.StartsWith("[]", StringComparison.Ordinal);

    public string Element => IsArray ? Type[2..] : Type;

    /// <summary>Schemas begin the names of their structs, and only those, with a capital.</summary>
    public bool IsStruct => char.IsUpper(Element[0]);

    public bool IsNullable => !Nullable.IsEmpty;

    public static Field Parse(JsonElement json, VersionRange around)
    {
        var versions = VersionRange.Parse(json.GetProperty("versions").GetString()).Intersect(around);
        return new Field(
            json.GetProperty("name").GetString()!,
            json.GetProperty("type").GetString()!,
            versions,
            VersionRange.Parse(Text(json, "nullableVersions")).Intersect(versions),
            VersionRange.Parse(Text(json, "taggedVersions")).Intersect(versions),
            json.TryGetProperty("tag", out var tag) ? tag.GetInt32() : -1,
            json.TryGetProperty("default", out var value) ? value.ToString() : null,
            json.TryGetProperty("ignorable", out var ignorable) && ignorable.GetBoolean(),
            json.TryGetProperty("fields", out var fields) ? [.. fields.EnumerateArray().Select(f => Parse(f, versions))] : null);
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
