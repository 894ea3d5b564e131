namespace Hermes.Delivery.Batches;

/// <summary>One accepted message on its way into a batch and through it. Its owner's lock guards it.</summary>
internal sealed class BatchParcel(Message message, long acceptedAt)
{
    // What a message takes up beside its body: its objects, headers and places in the books, about.
    private const int Overhead = 512;

    public Message Message { get; } = message;

    /// <summary>When it was accepted, as a timestamp.</summary>
    public long AcceptedAt { get; } = acceptedAt;

    /// <summary>Its bytes in a batch, envelope included; 0 while it is not measured.</summary>
    public int Length { get; set; }

    /// <summary>Its partition is to be given back: the attempt on the wire is its last one here.</summary>
    public bool Released { get; set; }

    /// <summary>Its bytes in memory, about.</summary>
    public int Size { get; } = message.Body.Length + Overhead;

    /// <summary>Its partition was revoked, or the process lets go: nothing more is reported of it.</summary>
    public bool Abandoned { get; set; }
}
