namespace Hermes.KafkaEmulator.Tests.Logs;

public sealed class PartitionLogInMemory() : PartitionLogCases(folder: null);
