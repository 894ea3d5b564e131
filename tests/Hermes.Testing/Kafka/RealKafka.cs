using Hermes.Testing.Processes;

namespace Hermes.Testing.Kafka;

/// <summary>A real Kafka of the distribution in <c>KAFKA_HOME</c>: one process that is broker and controller, with a folder and ports of its own.</summary>
public sealed class RealKafka : IKafkaBroker
{
    private static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly string _home;
    private readonly int _port;
    private readonly int _controllerPort;
    private ChildProcess? _server;

    private RealKafka(string home, int[] ports)
    {
        _home = home;
        (_port, _controllerPort) = (ports[0], ports[1]);
    }

    public string BootstrapServers => $"127.0.0.1:{_port}";

    /// <summary>The folder of its configuration and data.</summary>
    public string Folder => _folder.Path;

    private string ConfigurationFile => _folder.File("server.properties");

    /// <summary>Formats a folder and starts a broker in it.</summary>
    /// <param name="settings">Broker settings that replace or add to the fixture's (for example <c>offsets.retention.minutes</c>).</param>
    public static async Task<RealKafka> LaunchAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        if (KafkaDistribution.WhyNoTools is { } reason)
            throw new InvalidOperationException(reason);
        var kafka = new RealKafka(KafkaDistribution.Home!, FreePorts.Take(2));
        try
        {
            await kafka.FormatAsync(settings);
            await kafka.StartAsync();
            return kafka;
        }
        catch
        {
            await kafka.DisposeAsync();
            throw;
        }
    }

    public async Task StartAsync()
    {
        if (_server is { HasExited: false })
            throw new InvalidOperationException("The broker runs already.");
        if (_server is not null)
            await _server.DisposeAsync();
        _server = Run("kafka-server-start.sh", ConfigurationFile);
        await KafkaReadiness.WhenAnsweringAsync(_port, _server);
    }

    public async Task StopAsync()
    {
        Server.Terminate();
        await Server.WhenExitedAsync(StopBudget);
    }

    public async Task KillAsync()
    {
        Server.Kill();
        await Server.WhenExitedAsync(StopBudget);
    }

    public void Freeze() => Server.Freeze();

    public void Thaw() => Server.Thaw();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _folder.Dispose();
    }

    private ChildProcess Server => _server ?? throw new InvalidOperationException("The broker was never started.");

    private async Task FormatAsync(IReadOnlyDictionary<string, string>? settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = "1",
            ["controller.quorum.voters"] = $"1@127.0.0.1:{_controllerPort}",
            ["listeners"] = $"PLAINTEXT://127.0.0.1:{_port},CONTROLLER://127.0.0.1:{_controllerPort}",
            ["advertised.listeners"] = $"PLAINTEXT://127.0.0.1:{_port}",
            ["controller.listener.names"] = "CONTROLLER",
            ["inter.broker.listener.name"] = "PLAINTEXT",
            ["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            ["log.dirs"] = _folder.File("data"),
            ["offsets.topic.replication.factor"] = "1",
            ["offsets.topic.num.partitions"] = "1",
            ["transaction.state.log.replication.factor"] = "1",
            ["transaction.state.log.num.partitions"] = "1",
            ["transaction.state.log.min.isr"] = "1",
            ["group.initial.rebalance.delay.ms"] = "0",
            ["auto.create.topics.enable"] = "false",
            // A killed broker is let in again once its old registration has lapsed.
            ["broker.session.timeout.ms"] = "3000",
            ["broker.heartbeat.interval.ms"] = "500",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
            all[name] = value;
        await File.WriteAllLinesAsync(ConfigurationFile, all.Select(pair => $"{pair.Key}={pair.Value}"));
        // Joined by "=": an id may begin with a dash, and would be taken for an option.
        var cluster = Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        await using var format = Run("kafka-storage.sh", "format", $"--cluster-id={cluster}", "-c", ConfigurationFile);
        if (await format.WhenExitedAsync(TimeSpan.FromSeconds(60)) is var code and not 0)
            throw new InvalidOperationException($"Formatting the broker's folder failed ({code}):\n{format.Output}");
    }

    private ChildProcess Run(string script, params string[] arguments) =>
        ChildProcess.Start(KafkaDistribution.Script(_home, script), arguments,
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["KAFKA_HEAP_OPTS"] = "-Xms64m -Xmx384m", ["KAFKA_JIT_TIER"] = "1" });
}
