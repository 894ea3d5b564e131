using System.Text.Json.Serialization;

namespace Hermes.KafkaEmulator.Topics;

[JsonSerializable(typeof(TopicEntry))]
internal sealed partial class TopicEntryJson : JsonSerializerContext;
