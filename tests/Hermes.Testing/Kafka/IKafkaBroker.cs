namespace Hermes.Testing.Kafka;

/// <summary>A broker that a test may stop, kill, freeze and start again, on the same address and with the same data.</summary>
public interface IKafkaBroker : IAsyncDisposable
{
    /// <summary>The address that clients are given, the same over every restart.</summary>
    string BootstrapServers { get; }

    /// <summary>Whether it has ended, by itself or by somebody.</summary>
    bool HasExited { get; }

    /// <summary>Starts it after a stop or a kill, and returns when it answers.</summary>
    Task StartAsync();

    /// <summary>Stops it in good order.</summary>
    Task StopAsync();

    /// <summary>Ends it at once, as a power cut would. What it acknowledged must be there after <see cref="StartAsync"/>.</summary>
    Task KillAsync();

    /// <summary>Lets it keep its connections and answer nothing.</summary>
    void Freeze();

    /// <summary>Wakes it from <see cref="Freeze"/>.</summary>
    void Thaw();
}
