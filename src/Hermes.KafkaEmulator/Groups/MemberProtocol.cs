namespace Hermes.KafkaEmulator.Groups;

/// <summary>One assignment protocol that a member can do, with its data for it.</summary>
internal sealed record MemberProtocol(string Name, byte[] Metadata)
{
    public bool SameAs(MemberProtocol other) => Name == other.Name && Metadata.AsSpan().SequenceEqual(other.Metadata);
}
