using System.Text.Json;

namespace KafkaMessages;

/// <summary>One message as its schema describes it.</summary>
internal sealed record Schema(
    string Name, string Kind, int ApiKey, VersionRange Versions, VersionRange Flexible, IReadOnlyList<Field> Fields, IReadOnlyList<Struct> Structs)
{
    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };

    public static Schema Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path), WithComments);
        var json = document.RootElement;
        var versions = VersionRange.Parse(json.GetProperty("validVersions").GetString());
        // A version still marked unstable is not one that a released broker serves.
        if (json.TryGetProperty("latestVersionUnstable", out var unstable) && unstable.GetBoolean())
            versions = versions with { Highest = versions.Highest - 1 };
        var name = json.GetProperty("name").GetString()!;
        Field[] fields = [.. json.GetProperty("fields").EnumerateArray().Select(f => Field.Parse(f, versions))];

        var structs = new List<Struct>();
        if (json.TryGetProperty("commonStructs", out var common))
        {
            foreach (var shared in common.EnumerateArray())
            {
                var around = VersionRange.Parse(shared.GetProperty("versions").GetString()).Intersect(versions);
                structs.Add(new Struct(shared.GetProperty("name").GetString()!, around,
                    [.. shared.GetProperty("fields").EnumerateArray().Select(f => Field.Parse(f, around))]));
            }
        }

        Collect(fields, structs);
        return new Schema(
            name,
            json.GetProperty("type").GetString()!,
            json.TryGetProperty("apiKey", out var key) ? key.GetInt32() : -1,
            versions,
            VersionRange.Parse(json.GetProperty("flexibleVersions").GetString()),
            fields,
            structs);
    }

    private static void Collect(IEnumerable<Field> fields, List<Struct> structs)
    {
        foreach (var field in fields.Where(f => f.Fields is not null))
        {
            structs.Add(new Struct(field.Element, field.Versions, field.Fields!));
            Collect(field.Fields!, structs);
        }
    }
}
