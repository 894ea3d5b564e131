using Hermes.Delivery;
using Hermes.Shared.Schemas;

namespace Hermes.Intake.Contents;

/// <summary>What came of reading a record: a message; or why there never is one; or which schema has to be waited for.</summary>
/// <param name="Message">The message.</param>
/// <param name="Fault">Why the record carries none, for people.</param>
/// <param name="Awaited">The search that has to end first.</param>
public readonly record struct ReadRecord(Message? Message, string? Fault, SchemaLookup? Awaited)
{
    internal static ReadRecord Of(Message message) => new(message, null, null);

    internal static ReadRecord Unreadable(string fault) => new(null, fault, null);

    internal static ReadRecord Later(SchemaLookup awaited) => new(null, null, awaited);
}
