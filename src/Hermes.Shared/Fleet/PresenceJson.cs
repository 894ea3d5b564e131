using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Fleet;

/// <summary>How the workers' own nodes are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PresentWorker))]
internal sealed partial class PresenceJson : JsonSerializerContext;
