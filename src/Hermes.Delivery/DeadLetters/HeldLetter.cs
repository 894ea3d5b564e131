using Confluent.Kafka;
using Hermes.Delivery.Retries;

namespace Hermes.Delivery.DeadLetters;

/// <summary>A discarded message until its letter is written. Its owner's lock guards it.</summary>
internal sealed class HeldLetter(DeadLetterDelivery owner, Message message, Settlement settlement, Message<byte[]?, byte[]?> record, long since) : ITimed
{
    public Message Message { get; } = message;

    public Settlement Settlement { get; } = settlement;

    public Message<byte[]?, byte[]?> Record { get; } = record;

    /// <summary>The bytes that it holds.</summary>
    public int Size => (Record.Value?.Length ?? 0) + (Record.Key?.Length ?? 0);

    /// <summary>When it was discarded, as a timestamp.</summary>
    public long Since { get; } = since;

    /// <summary>It was given to the box, whose answer has not come.</summary>
    public bool OnWay { get; set; } = true;

    /// <summary>Its partition was revoked, or the process lets go: nothing more is reported of it.</summary>
    public bool Abandoned { get; set; }

    /// <summary>How often it could not be written.</summary>
    public int Failures { get; set; }

    public void Due() => owner.PostAgain(this);
}
