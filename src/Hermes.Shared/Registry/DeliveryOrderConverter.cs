using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>By its name alone: a number would be a mistake.</summary>
internal sealed class DeliveryOrderConverter() : JsonStringEnumConverter<DeliveryOrder>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
