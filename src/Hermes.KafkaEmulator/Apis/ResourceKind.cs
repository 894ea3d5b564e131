namespace Hermes.KafkaEmulator.Apis;

/// <summary>What settings belong to, with Kafka's numbers, as far as the emulator has it.</summary>
internal static class ResourceKind
{
    public const sbyte Topic = 2;
    public const sbyte Broker = 4;
}
