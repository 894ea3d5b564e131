using System.Globalization;
using Hermes.Shared.Avro;

namespace Hermes.Shared.Schemas;

/// <summary>A schema of the registry, compiled.</summary>
/// <param name="Schema">The schema.</param>
/// <param name="Version">Its version in its subject; <see langword="null"/> where the registry does not tell.</param>
/// <param name="Id">Its id in the registry; <see langword="null"/> where the registry does not tell.</param>
public sealed record CompiledSchema(AvroSchema Schema, int? Version, int? Id)
{
    /// <summary>What subscribers of Avro are told of it, as headers of their requests.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; } =
    [
        .. Version is { } version ? [new("Schema-Version", version.ToString(CultureInfo.InvariantCulture))] : Array.Empty<KeyValuePair<string, string>>(),
        .. Id is { } id ? [new("Schema-Id", id.ToString(CultureInfo.InvariantCulture))] : Array.Empty<KeyValuePair<string, string>>(),
    ];
}
