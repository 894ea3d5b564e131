using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Hermes.Shared.Fleet;

/// <summary>A worker that is there, as it tells of itself in <see cref="WorkerPaths"/>.</summary>
/// <param name="Kind">What it is: <c>hermes-janitor</c>.</param>
/// <param name="Id">Who it is: machine and process id.</param>
/// <param name="Version">Its version: three numbers.</param>
/// <param name="StartedAt">When the process started, by its own clock.</param>
public sealed record PresentWorker(string Kind, string Id, string Version, DateTimeOffset StartedAt)
{
    /// <summary>As it stands in its node.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, PresenceJson.Default.PresentWorker);

    /// <summary>Reads a node.</summary>
    /// <returns>False: it is none of ours.</returns>
    public static bool TryRead(ReadOnlySpan<byte> data, [NotNullWhen(true)] out PresentWorker? worker)
    {
        worker = null;
        try
        {
            worker = JsonSerializer.Deserialize(data, PresenceJson.Default.PresentWorker);
        }
        catch (JsonException)
        {
            // Somebody else's, or a later version's.
        }
        return worker is { Kind: not null, Id: not null, Version: not null };
    }
}
