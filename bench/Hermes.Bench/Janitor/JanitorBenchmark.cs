using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Hosting;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;
using Hermes.Worker.Janitor;
using Hermes.Worker.Janitor.Inactivity;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.DependencyInjection;

namespace Hermes.Bench.Janitor;

/// <summary>
/// The janitor's look at all groups, with 10,000 of them of which 500 are abandoned: the registry, the list, what groups have
/// committed, and the account of it in ZooKeeper. At each look some of the groups are read, in turns; the sweep is full when each
/// that looks abandoned was. After that they are deleted, as many at once as the settings allow. Beside it, where there is a real Kafka, its own tool's list and description of the same groups. All
/// requests of both go through a counter.
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
        await using var counter = new RequestCounter();
        await using var broker = await LaunchAsync(counter);
        await using var server = await ZooKeeperServer.LaunchAsync();
        await using var zooKeeper = ZooKeeperClient.Start(new() { ConnectionString = server.ConnectionString });
        var settings = new KafkaSettings { BootstrapServers = counter.Address };
        using var kafka = new KafkaAdministration(new KafkaClients(settings));
        var names = settings.ToNames();
        await PrepareAsync(zooKeeper, kafka, names);
        Console.WriteLine($"{Groups} groups of {(broker is RealKafka ? "Kafka" : "the emulator")}, {Abandoned} of them abandoned");

        var paths = new JanitorPaths(new(Root));
        await new GroupRecords(zooKeeper, paths).CreateFoldersAsync(default);
        var sweeps = new List<Sweep>();
        List<double> tools = [];
        for (var round = 1; round <= Rounds; round++)
        {
            // Nobody has looked before: what was seen goes with the process that saw it, and its nodes with the round.
            await using var services = Build(zooKeeper, kafka, names);
            var sweep = await SweepAsync(services.GetRequiredService<InactiveDuty>(), zooKeeper, paths, counter, server, round);
            sweeps.Add(sweep);
            Console.WriteLine(FormattableString.Invariant($"round {round} sweep {sweep.Ms,8:0} ms in {sweep.Looks} looks, the longest {sweep.LongestMs:0} ms; at most {sweep.MostRequests} Kafka requests a look, {sweep.Requests} in all; {sweep.ZooKeeperRequests} to ZooKeeper in all"));
            if (broker is not RealKafka)
                continue;
            counter.Take();
            tools.Add(await ToolAsync(counter, "--list") + await ToolAsync(counter, "--describe", "--all-groups", "--state"));
            Console.WriteLine(FormattableString.Invariant($"round {round} tool  {tools[^1],8:0} ms, {counter.Take()} Kafka requests"));
        }
        var deletion = await DeleteAsync(zooKeeper, kafka, names, paths, counter);
        Console.WriteLine(FormattableString.Invariant($"deletion {deletion.Ms,8:0} ms in {deletion.Runs} runs of {new JanitorOptions().MostDeletions} groups at most; {deletion.Requests} Kafka requests in all"));
        var (ms, longest, most) = (Median(sweeps, s => s.Ms), Median(sweeps, s => s.LongestMs), Median(sweeps, s => s.MostRequests));
        var ratio = tools.Count > 0 ? FormattableString.Invariant($" tool_ms={Median(tools, t => t):0} sweep_ratio={ms / Median(tools, t => t):0.00}") : "";
        Console.WriteLine(FormattableString.Invariant($"sweep_ms={ms:0} look_ms={longest:0} look_requests_per_100_groups={most * 100 / Groups:0.0} sweep_requests_per_100_groups={Median(sweeps, s => s.Requests) * 100 / Groups:0.0} deletion_ms={deletion.Ms:0} deletion_requests_per_100_groups={deletion.Requests * 100.0 / Groups:0.0} deletion_requests_per_100_deleted={deletion.Requests * 100.0 / Abandoned:0.0} rss_mb={Environment.WorkingSet / 1048576}{ratio}"));
        return 0;
    }

    private sealed record Sweep(double Ms, int Looks, double LongestMs, double MostRequests, double Requests, long ZooKeeperRequests);

    private static async Task<IKafkaBroker> LaunchAsync(RequestCounter counter)
    {
        IKafkaBroker broker = KafkaDistribution.WhyNoTools is null
            ? await RealKafka.LaunchAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["advertised.listeners"] = $"PLAINTEXT://{counter.Address}" })
            : await EmulatorProcess.LaunchAsync("--advertise", counter.Address);
        counter.Forward(broker.BootstrapServers);
        return broker;
    }

    private static async Task<Sweep> SweepAsync(InactiveDuty duty, ZooKeeperClient zooKeeper, JanitorPaths paths, RequestCounter counter, ZooKeeperServer server, int round)
    {
        var term = new LeadershipTerm(round, Operation.Check(paths.Folder, NodeVersion.Any), default);
        foreach (var seen in (await zooKeeper.GetChildrenAsync(paths.Observations, default)).Names.Chunk(100))
            await zooKeeper.MultiAsync([.. seen.Select(s => Operation.Delete(paths.Observation(s), NodeVersion.Any))], default);
        counter.Take();
        var received = await ReceivedAsync(server);
        List<double> times = [], requests = [];
        while (true)
        {
            var started = Stopwatch.GetTimestamp();
            await duty.RunAsync(term, default);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            requests.Add(counter.Take());
            var seen = 0;
            foreach (var name in (await zooKeeper.GetChildrenAsync(paths.Observations, default)).Names)
                seen += IsAbandoned(name) ? 1 : 0;
            if (seen == Abandoned)
                return new(times.Sum(), times.Count, times.Max(), requests.Max(), requests.Sum(), await ReceivedAsync(server) - received);
        }
    }

    /// <summary>Lets all that is abandoned be ripe at once, and go: looks, plans, tombstones, second looks, deletions and the account.</summary>
    private static async Task<(double Ms, int Runs, long Requests)> DeleteAsync(ZooKeeperClient zooKeeper, KafkaAdministration kafka, KafkaNames names, JanitorPaths paths, RequestCounter counter)
    {
        await using var services = Build(zooKeeper, kafka, names, new() { MostCandidates = Abandoned, DryRun = false, InactiveAfter = TimeSpan.FromTicks(1) });
        var duty = services.GetRequiredService<InactiveDuty>();
        var term = new LeadershipTerm(Rounds + 1, Operation.Check(paths.Folder, NodeVersion.Any), default);
        var runs = 0;
        counter.Take();
        var started = Stopwatch.GetTimestamp();
        do
        {
            await duty.RunAsync(term, default);
            runs++;
        }
        while ((await zooKeeper.GetChildrenAsync(paths.Tombstones, default)).Names.Count < Abandoned);
        var took = Stopwatch.GetElapsedTime(started);
        var requests = counter.Take();
        if ((await kafka.GroupsAsync()).Count != Groups - Abandoned)
            throw new InvalidOperationException("Others than the abandoned groups are gone.");
        return (took.TotalMilliseconds, runs, requests);
    }

    private static ServiceProvider Build(ZooKeeperClient zooKeeper, KafkaAdministration kafka, KafkaNames names, JanitorOptions? options = null)
    {
        var services = new ServiceCollection().AddLogging().AddMetrics()
            .AddSingleton<IZooKeeper>(zooKeeper).AddSingleton<IGroupAdministration>(kafka).AddSingleton(names).AddSingleton(new HermesPaths(Root)).AddSingleton(TimeProvider.System)
            .AddSingleton(new HermesSettings()).AddSingleton(options ?? new JanitorOptions { MostCandidates = Abandoned });
        services.AddDuties();
        return services.BuildServiceProvider();
    }

    private static bool IsAbandoned(string group) => int.Parse(group[(group.LastIndexOf("_s", StringComparison.Ordinal) + 2)..], CultureInfo.InvariantCulture) < Abandoned;

    private static async Task<long> ReceivedAsync(ZooKeeperServer server)
    {
        while (true)
        {
            var line = (await new FourLetterWords(server.Port).TryAskAsync("srvr"))?.Split('\n').FirstOrDefault(l => l.StartsWith("Received: ", StringComparison.Ordinal));
            if (line is not null)
                return long.Parse(line["Received: ".Length..], CultureInfo.InvariantCulture);
        }
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

    private static async Task<double> ToolAsync(RequestCounter counter, params string[] what)
    {
        var started = Stopwatch.GetTimestamp();
        await using var tool = ChildProcess.Start(Path.Combine(Environment.GetEnvironmentVariable("KAFKA_HOME")!, "bin", "kafka-consumer-groups.sh"),
            ["--bootstrap-server", counter.Address, .. what], new Dictionary<string, string?>(StringComparer.Ordinal));
        if (await tool.WhenExitedAsync(ToolLimit) is var code && code != 0)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"kafka-consumer-groups ended with {code}."));
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median<T>(List<T> all, Func<T, double> of) => all.Select(of).Order().ElementAt(all.Count / 2);
}
