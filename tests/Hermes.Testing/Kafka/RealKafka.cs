using System.Globalization;
using Hermes.Testing.Processes;

namespace Hermes.Testing.Kafka;

/// <summary>A real Kafka of the distribution in <c>KAFKA_HOME</c>: one process that is broker and controller, with a folder and ports of
/// its own; or one more broker of another's cluster.</summary>
public sealed class RealKafka : IKafkaBroker
{
    private static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly string _home;
    private readonly string _cluster;
    private readonly int _port;
    private readonly int _controllerPort;
    private ChildProcess? _server;

    private RealKafka(string home, string cluster, int id, int port, int controllerPort) =>
        (_home, _cluster, Id, _port, _controllerPort) = (home, cluster, id, port, controllerPort);

    /// <summary>Its number in the cluster; the first is 1, and the controller.</summary>
    public int Id { get; }

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
        var ports = FreePorts.Take(2);
        var cluster = Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return await LaunchAsync(new(KafkaDistribution.Home!, cluster, 1, ports[0], ports[1]), settings);
    }

    /// <summary>Starts one more broker of this one's cluster.</summary>
    public Task<RealKafka> AddBrokerAsync(int id, IReadOnlyDictionary<string, string>? settings = null) =>
        LaunchAsync(new(_home, _cluster, id, FreePorts.Take(1)[0], _controllerPort), settings);

    public bool HasExited => _server is null or { HasExited: true };

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

    private static async Task<RealKafka> LaunchAsync(RealKafka kafka, IReadOnlyDictionary<string, string>? settings)
    {
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

    private ChildProcess Server => _server ?? throw new InvalidOperationException("The broker was never started.");

    private async Task FormatAsync(IReadOnlyDictionary<string, string>? settings)
    {
        var isFirst = Id == 1;
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["process.roles"] = isFirst ? "broker,controller" : "broker",
            ["node.id"] = Id.ToString(CultureInfo.InvariantCulture),
            ["controller.quorum.voters"] = $"1@127.0.0.1:{_controllerPort}",
            ["listeners"] = $"PLAINTEXT://127.0.0.1:{_port}" + (isFirst ? $",CONTROLLER://127.0.0.1:{_controllerPort}" : ""),
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
        await using var format = Run("kafka-storage.sh", "format", $"--cluster-id={_cluster}", "-c", ConfigurationFile);
        if (await format.WhenExitedAsync(TimeSpan.FromSeconds(60)) is var code and not 0)
            throw new InvalidOperationException($"Formatting the broker's folder failed ({code}):\n{format.Output}");
    }

    private ChildProcess Run(string script, params string[] arguments) =>
        ChildProcess.Start(KafkaDistribution.Script(_home, script), arguments,
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["KAFKA_HEAP_OPTS"] = "-Xms64m -Xmx384m", ["KAFKA_JIT_TIER"] = "1" });
}
