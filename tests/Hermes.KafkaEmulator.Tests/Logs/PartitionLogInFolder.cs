using Hermes.Testing.Processes;

namespace Hermes.KafkaEmulator.Tests.Logs;

public sealed class PartitionLogInFolder() : PartitionLogCases(new TemporaryFolder());
