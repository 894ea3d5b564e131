namespace Hermes.Testing.Kafka;

/// <summary>A broker that somebody else runs (<c>HERMES_TEST_KAFKA</c>): it can be used, not stopped.</summary>
public sealed class AttachedKafka(string bootstrapServers) : IKafkaBroker
{
    public string BootstrapServers => bootstrapServers;

    public bool HasExited => false; // it is not ours to look at

    public Task StartAsync() => throw NotOurs();

    public Task StopAsync() => throw NotOurs();

    public Task KillAsync() => throw NotOurs();

    public void Freeze() => throw NotOurs();

    public void Thaw() => throw NotOurs();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static NotSupportedException NotOurs() => new("The broker of HERMES_TEST_KAFKA is not ours to stop or start.");
}
