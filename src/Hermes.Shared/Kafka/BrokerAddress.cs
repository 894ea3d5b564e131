namespace Hermes.Shared.Kafka;

/// <summary>A broker, and where it says that it can be reached.</summary>
public sealed record BrokerAddress(int Id, string Host, int Port)
{
    /// <summary><c>host:port</c>.</summary>
    public override string ToString() => $"{Host}:{Port}";
}
