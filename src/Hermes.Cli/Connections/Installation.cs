using System.CommandLine;
using Confluent.Kafka;
using Hermes.Cli.Subscriptions;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Envelope;
using Hermes.Shared.Fleet;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Shared.Schemas;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Cli.Connections;

/// <summary>The Hermes installation that a command works on: its registry, and its Kafka once it is asked for.</summary>
internal sealed class Installation : IAsyncDisposable
{
    /// <summary>Longest wait for ZooKeeper to accept the session.</summary>
    public static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly IHost _host;
    private readonly CancellationTokenSource _closing = new();
    private Task _watch = Task.CompletedTask;
    private KafkaAdministration? _kafka;

    private Installation(IHost host)
    {
        _host = host;
        ZooKeeper = Get<IZooKeeper>();
        Paths = Get<HermesPaths>();
        Fleet = Get<FleetPaths>();
        Names = Get<KafkaNames>();
        Writer = Get<RegistryWriter>();
        Reader = new(ZooKeeper, Paths);
        JobPaths = new(Paths);
        Jobs = new(ZooKeeper, JobPaths);
        JanitorPaths = new(Paths);
        GroupRecords = new(ZooKeeper, JanitorPaths);
        CleanUp = new(ZooKeeper, JanitorPaths, Get<HermesSettings>().Datacenter, Get<TimeProvider>());
        BootstrapServers = Get<KafkaSettings>().BootstrapServers;
        ClusterName = Get<KafkaSettings>().ClusterName;
        ZooKeeperServers = Get<ZooKeeperSettings>().ConnectionString;
        IsZooKeeperEncrypted = Get<ZooKeeperSettings>().Tls;
        Datacenter = Get<HermesSettings>().Datacenter;
    }

    public IZooKeeper ZooKeeper { get; }

    public HermesPaths Paths { get; }

    public FleetPaths Fleet { get; }

    public KafkaNames Names { get; }

    public RegistryReader Reader { get; }

    public RegistryWriter Writer { get; }

    public JobPaths JobPaths { get; }

    public JobClient Jobs { get; }

    public JanitorPaths JanitorPaths { get; }

    public GroupRecords GroupRecords { get; }

    public GroupCleanUp CleanUp { get; }

    public string BootstrapServers { get; }

    public string ClusterName { get; }

    public string ZooKeeperServers { get; }

    public bool IsZooKeeperEncrypted { get; }

    public string Datacenter { get; }

    public KafkaClients KafkaClients => Get<KafkaClients>();

    public SchemaRegistryClient Schemas => Get<SchemaRegistryClient>();

    public RecordSettings Records => Get<RecordSettings>();

    /// <summary>Reads the settings and connects to ZooKeeper.</summary>
    /// <exception cref="UsageException">Settings are wrong: all of them, by name.</exception>
    /// <exception cref="CommandFailedException">ZooKeeper did not accept the session in time.</exception>
    /// <param name="options">Which installation.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="giveUp">Called with the reason when ZooKeeper stays away later on: the command is to end.</param>
    /// <param name="cancellationToken">Ends the wait for ZooKeeper.</param>
    public static async Task<Installation> OpenAsync(
        ConnectionOptions options, ParseResult parsed, Action<string> giveUp, CancellationToken cancellationToken)
    {
        var host = Build(options, parsed);
        try
        {
            var installation = new Installation(host);
            await installation.ConnectAsync(cancellationToken);
            installation._watch = installation.WatchAsync(giveUp);
            return installation;
        }
        catch
        {
            await DisposeAsync(host);
            throw;
        }
    }

    /// <summary>Administers Kafka; connects with the first call.</summary>
    /// <exception cref="CommandFailedException">Kafka refuses, or cannot be reached: says which and where.</exception>
    public async Task<T> WithKafkaAsync<T>(Func<KafkaAdministration, Task<T>> work)
    {
        try
        {
            return await work(_kafka ??= new(KafkaClients));
        }
        catch (KafkaException e)
        {
            throw new CommandFailedException(KafkaFailure.Describe(e, BootstrapServers), e);
        }
    }

    /// <inheritdoc cref="WithKafkaAsync{T}"/>
    public Task WithKafkaAsync(Func<KafkaAdministration, Task> work) => WithKafkaAsync(async kafka =>
    {
        await work(kafka);
        return true;
    });

    /// <summary>What follows does without ZooKeeper: its loss ends the command no more.</summary>
    public async Task LetZooKeeperGoAsync()
    {
        await _closing.CancelAsync();
        await _watch;
    }

    public async ValueTask DisposeAsync()
    {
        await LetZooKeeperGoAsync();
        _closing.Dispose();
        _kafka?.Dispose();
        await DisposeAsync(_host);
    }

    private static IHost Build(ConnectionOptions options, ParseResult parsed)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        WorkerHost.AddHermesConfiguration(builder.Configuration, []);
        try
        {
            if (options.ConfigurationFile(parsed) is { } file)
                builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: false);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new UsageException($"--config: {e.Message}");
        }
        builder.Configuration.AddInMemoryCollection(options.Settings(parsed));
        if (options.IsVerbose(parsed))
        {
            builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
            builder.Logging.SetMinimumLevel(LogLevel.Debug);
        }
        builder.Services.AddMetrics();
        builder.AddHermesFoundation();
        builder.Services.AddSchemas(builder.Configuration);
        return SettingsFaults.Find(builder.Services) is { Count: > 0 } faults ? throw new UsageException(faults) : builder.Build();
    }

    private static async ValueTask DisposeAsync(IHost host)
    {
        if (host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            host.Dispose();
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ConnectLimit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await ZooKeeper.WhenConnectedAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new CommandFailedException($"Cannot reach ZooKeeper at {Get<ZooKeeperSettings>().ConnectionString} within {ConnectLimit.TotalSeconds:0} s.");
        }
    }

    /// <summary>A call waits for a connection as long as it takes; nobody at a terminal does.</summary>
    private async Task WatchAsync(Action<string> giveUp)
    {
        var servers = Get<ZooKeeperSettings>().ConnectionString;
        var isConnected = true;
        await using var patience = TimeProvider.System.CreateTimer(
            _ => giveUp($"ZooKeeper at {servers} has been away for {ConnectLimit.TotalSeconds:0} s. What was under way may have been done or not."),
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            await foreach (var status in ZooKeeper.SessionChangesAsync(_closing.Token))
            {
                if (isConnected == (status.State is SessionState.Connected))
                    continue;
                isConnected = !isConnected;
                patience.Change(isConnected ? Timeout.InfiniteTimeSpan : ConnectLimit, Timeout.InfiniteTimeSpan);
            }
        }
        catch (OperationCanceledException) { } // the command does without it from now on, or has ended
    }

    private T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();
}
