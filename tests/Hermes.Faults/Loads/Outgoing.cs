using Confluent.Kafka;
using Hermes.Faults.Accounts;

namespace Hermes.Faults.Loads;

/// <summary>A message that is ready to be published.</summary>
/// <param name="Message">Its account.</param>
/// <param name="Record">What goes to the broker.</param>
internal sealed record Outgoing(Message Message, Message<byte[], byte[]> Record);
