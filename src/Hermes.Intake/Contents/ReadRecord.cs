using Hermes.Delivery;
using Hermes.Shared.Schemas;

namespace Hermes.Intake.Contents;

/// <summary>What came of reading a record: a message, which has a <see cref="Message.Fault"/> where the record carries none; or which schema
/// has to be waited for.</summary>
/// <param name="Message">The message.</param>
/// <param name="Awaited">The search that has to end first.</param>
public readonly record struct ReadRecord(Message? Message, SchemaLookup? Awaited)
{
    internal static ReadRecord Of(Message message) => new(message, null);

    internal static ReadRecord Later(SchemaLookup awaited) => new(null, awaited);
}
