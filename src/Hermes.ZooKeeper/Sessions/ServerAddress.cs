namespace Hermes.ZooKeeper.Sessions;

/// <summary>A server as the connection string writes it; resolved anew for each attempt.</summary>
internal readonly record struct ServerAddress(string Host, int Port)
{
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
