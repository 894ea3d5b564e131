namespace Hermes.KafkaEmulator.Topics;

/// <summary>The type of a topic setting, with Kafka's numbers.</summary>
internal enum SettingKind : sbyte
{
    Boolean = 1,
    String = 2,
    Int = 3,
    Long = 5,
    Double = 6,
    List = 7,
}
