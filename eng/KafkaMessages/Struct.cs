namespace KafkaMessages;

/// <summary>A struct inside a message, and the versions in which the message has it.</summary>
internal sealed record Struct(string Name, VersionRange Versions, IReadOnlyList<Field> Fields);
