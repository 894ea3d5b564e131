using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;
using Hermes.Worker.Janitor;
using Hermes.Worker.Janitor.CleanUp;
using Hermes.Worker.Janitor.Inactivity;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.Bench.Janitor;

/// <summary>
/// The janitor's look at all groups, with 10,000 of them of which 500 are abandoned: the registry, the list, what each candidate has
/// committed, and the account of it in ZooKeeper. Beside it, where there is a real Kafka, its own tool's list and description of the
/// same groups.
/// </summary>
internal static class JanitorBenchmark
{
    private const int Groups = 10_000;
    private const int Abandoned = 500;
    private const int Rounds = 3;
    private const string Root = "/bench";
    private static readonly TopicName Topic = TopicName.Parse("bench.janitor");
    private static readonly TimeSpan ToolLimit = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(string[] options)
    {
        if (options.Length > 0)
        {
            await Console.Error.WriteLineAsync("janitor has no options.");
            return 2;
        }
        await using IKafkaBroker broker = KafkaDistribution.WhyNoTools is null ? await RealKafka.LaunchAsync() : await EmulatorProcess.LaunchAsync();
        await using var server = await ZooKeeperServer.LaunchAsync();
        await using var zooKeeper = ZooKeeperClient.Start(new() { ConnectionString = server.ConnectionString });
        var settings = new KafkaSettings { BootstrapServers = broker.BootstrapServers };
        using var kafka = new KafkaAdministration(new KafkaClients(settings));
        var names = settings.ToNames();
        await PrepareAsync(zooKeeper, kafka, names);
        Console.WriteLine($"{Groups} groups of {(broker is RealKafka ? "Kafka" : "the emulator")}, {Abandoned} of them abandoned");

        var (hermes, paths) = (new HermesPaths(Root), new JanitorPaths(new(Root)));
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var duty = Duty(zooKeeper, hermes, paths, kafka, names, new(services.GetRequiredService<IMeterFactory>()));
        await new GroupRecords(zooKeeper, paths).CreateFoldersAsync(default);
        var term = new LeadershipTerm(1, Operation.Check(paths.Folder, NodeVersion.Any), default);
        List<double> sweeps = [], tools = [];
        for (var round = 1; round <= Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            await duty.RunAsync(term, default);
            sweeps.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Console.WriteLine($"round {round} sweep {sweeps[^1],8:0} ms");
            if (broker is not RealKafka)
                continue;
            tools.Add(await ToolAsync(broker, "--list") + await ToolAsync(broker, "--describe", "--all-groups", "--state"));
            Console.WriteLine($"round {round} tool  {tools[^1],8:0} ms");
        }
        var seen = (await zooKeeper.GetChildrenAsync(paths.Observations, default)).Names.Count;
        if (seen != Abandoned)
            throw new InvalidOperationException($"{seen} groups were seen as abandoned, not {Abandoned}.");
        var ratio = tools.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $" tool_ms={Median(tools):0} sweep_ratio={Median(sweeps) / Median(tools):0.00}") : "";
        Console.WriteLine($"sweep_ms={Median(sweeps):0} rss_mb={Environment.WorkingSet / 1048576}{ratio}");
        return 0;
    }

    private static InactiveDuty Duty(ZooKeeperClient zooKeeper, HermesPaths hermes, JanitorPaths paths, KafkaAdministration kafka, KafkaNames names, JanitorMetrics metrics)
    {
        var options = new JanitorOptions { MostCandidates = Abandoned };
        var records = new GroupRecords(zooKeeper, paths);
        var deletion = new GroupDeletion(zooKeeper, hermes, new(hermes), paths, records, kafka, names, metrics, NullLogger<GroupDeletion>.Instance, TimeProvider.System);
        return new(zooKeeper, paths, records, new(zooKeeper, hermes, paths, new(zooKeeper, hermes), kafka, names, options), deletion, new(zooKeeper, paths), options, metrics, NullLogger<InactiveDuty>.Instance);
    }

    private static async Task PrepareAsync(ZooKeeperClient zooKeeper, KafkaAdministration kafka, KafkaNames names)
    {
        var kafkaTopic = names.PrimaryTopic(Topic, isAvro: false);
        await kafka.CreateTopicAsync(kafkaTopic, 1, 1, new Dictionary<string, string>(StringComparer.Ordinal));
        var registry = new RegistryWriter(zooKeeper, new(Root));
        await registry.CreateGroupAsync(new() { GroupName = Topic.Group }, default);
        await registry.CreateTopicAsync(new() { Name = Topic.ToString(), ContentType = ContentTypes.Json }, default);
        var subscriptions = Enumerable.Range(0, Groups).Select(i => new SubscriptionName(Topic, string.Create(CultureInfo.InvariantCulture, $"s{i}"))).ToList();
        await Parallel.ForEachAsync(subscriptions.Index(), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (one, cancellationToken) =>
        {
            await kafka.CommitAsync(names.ConsumerGroup(one.Item), [new TopicPartitionOffset(kafkaTopic, 0, 0)]);
            if (one.Index >= Abandoned)
                await zooKeeper.CreateAsync(new HermesPaths(Root).Subscription(one.Item), Encoding.UTF8.GetBytes("{}"), CreateMode.Persistent, cancellationToken);
        });
    }

    private static async Task<double> ToolAsync(IKafkaBroker broker, params string[] what)
    {
        var started = Stopwatch.GetTimestamp();
        await using var tool = ChildProcess.Start(Path.Combine(Environment.GetEnvironmentVariable("KAFKA_HOME")!, "bin", "kafka-consumer-groups.sh"),
            ["--bootstrap-server", broker.BootstrapServers, .. what], new Dictionary<string, string?>(StringComparer.Ordinal));
        if (await tool.WhenExitedAsync(ToolLimit) is var code && code != 0)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"kafka-consumer-groups ended with {code}."));
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
}
