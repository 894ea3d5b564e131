using System.Text.Json;
using System.Text.RegularExpressions;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Jobs;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;
using Hermes.Testing.Prometheus;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Operation.Tests;

/// <summary>The dashboards and alert rules of <c>deploy/</c> against a real Prometheus that scrapes the three workers at work.</summary>
public sealed partial class Dashboards(ZooKeeperFixture zooKeeper)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private const string Label = "hermes_subscription"; // looks like a metric, and is none
    private static readonly string Deploy = Path.Combine(AppContext.BaseDirectory, "deploy");

    private static string AlertRules => Path.Combine(Deploy, "prometheus", "alerts.yml");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_panel_and_every_alert_has_data_of_workers_at_work()
    {
        Assert.SkipUnless(PrometheusServer.IsInstalled, "Prometheus is not installed: apt-get install prometheus.");
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        endpoint.Script(503);
        var billing = await hermes.SubscribeAsync("billing", endpoint.Address);
        var gone = await hermes.SubscribeAsync("gone", endpoint.Address);
        (string, string)[] settings = [("Status:Listen", "127.0.0.1:0"), ("Janitor:TasksSchedule", "00:00:01"), ("Janitor:TaskDelay", "00:00:01"), ("Janitor:InactiveSchedule", "00:00:01"), ("Janitor:KeepAliveSchedule", "00:00:01")];
        await using var consumer = RunningWorker.Start("Hermes.Worker.Consumer", hermes, settings);
        await using var retransmitter = RunningWorker.Start("Hermes.Worker.Retransmitter", hermes, settings);
        await using var janitor = RunningWorker.Start("Hermes.Worker.Janitor", hermes, settings);
        using var consumerStatus = await consumer.StatusAsync();
        using var retransmitterStatus = await retransmitter.StatusAsync();
        using var janitorStatus = await janitor.StatusAsync();
        await using var prometheus = await PrometheusServer.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["hermes-consumer"] = consumerStatus.Authority,
            ["hermes-retransmitter"] = retransmitterStatus.Authority,
            ["hermes-janitor"] = janitorStatus.Authority,
        }, AlertRules);

        using var load = new Load(hermes);
        await endpoint.WhenReceivedAsync(20, Patience);
        await MoveAsync(hermes, billing.ToString());
        await hermes.Registry.DeleteSubscriptionAsync(gone, Cancellation);
        var paths = new JanitorPaths(hermes.Paths);
        await hermes.ZooKeeper.CreateMissingAsync(Cancellation, [.. paths.TaskFolders]);
        await hermes.ZooKeeper.CreateAsync(paths.Task(gone), new CleanUpTask(gone, "dc").Write(TimeProvider.System.GetUtcNow()), CreateMode.Persistent, Cancellation);

        var missing = Queries().ToList();
        try
        {
            await Until.TrueAsync(async () =>
            {
                foreach (var (board, panel, query) in missing.ToArray())
                {
                    if ((await prometheus.QueryAsync(query)).Count > 0)
                        missing.Remove((board, panel, query));
                }
                return missing.Count == 0;
            }, "every query has data", Patience);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"No data for:\n{string.Join('\n', missing)}\nconsumer:\n{consumer.Output}\nretransmitter:\n{retransmitter.Output}\njanitor:\n{janitor.Output}", e);
        }
        endpoint.Script(400, 400); // now that Prometheus can see the counter rise
        await AlertsAsync(prometheus);
        await load.EndAsync();
    }

    [Fact]
    public async Task Every_alert_rule_is_sound_and_has_its_entry_in_the_run_book()
    {
        var runBook = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "docs", "runbook.md"), Cancellation);
        var rules = await File.ReadAllTextAsync(AlertRules, Cancellation);
        var names = AlertNames().Matches(rules).Select(m => m.Groups["name"].Value).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name =>
        {
            Assert.Contains($"\n## {name}\n", runBook, StringComparison.Ordinal);
            Assert.Contains($"runbook: docs/runbook.md#{name.ToLowerInvariant()}\n", rules, StringComparison.Ordinal);
        });
        Assert.Equal(names, Headings().Matches(runBook).Select(m => m.Groups["name"].Value));
        Assert.SkipUnless(PrometheusServer.IsInstalled, "Prometheus is not installed: apt-get install prometheus.");
        await using var promtool = ChildProcess.Start("/usr/bin/promtool", ["check", "rules", AlertRules]);
        Assert.True(await promtool.WhenExitedAsync(TimeSpan.FromMinutes(1)) == 0, promtool.Output);
    }

    private static async Task MoveAsync(HermesInstallation hermes, string subscription) =>
        await new JobClient(hermes.ZooKeeper, new(hermes.Paths)).CreateAsync(
            new() { Version = JobDocument.KnownVersion, Subscription = subscription, Mode = JobModes.Rewind, Target = new() { Duration = "PT1H" }, RequestedBy = "a test", Reason = "a test" }, Cancellation);

    /// <summary>Rules are evaluated, what they ask for is there, and one that must fire does.</summary>
    private static async Task AlertsAsync(PrometheusServer prometheus)
    {
        await Until.TrueAsync(async () => (await prometheus.RulesAsync()).All(r => r.Health == "ok"), "every rule is evaluated", Patience);
        var metrics = (await prometheus.RulesAsync()).SelectMany(r => Metrics().Matches(r.Query).Select(m => (r.Name, Metric: m.Value))).Where(m => m.Metric != Label).Distinct().ToList();
        foreach (var (rule, metric) in metrics)
            Assert.True((await prometheus.QueryAsync($"count({metric})")).Count > 0, $"{rule} asks for {metric}, which no worker has.");
        await Until.TrueAsync(async () => (await prometheus.RulesAsync()).Any(r => r is { Name: "HermesMessagesDiscarded", State: "firing" }), "the alert about discarded messages fires", Patience);
        Assert.DoesNotContain(await prometheus.RulesAsync(), r => r.Name is "HermesLoopStuck" or "HermesWorkerDown" && r.State == "firing");
    }

    private static IEnumerable<(string Board, string Panel, string Query)> Queries()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Deploy, "grafana"), "*.json"))
        {
            using var board = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var panel in board.RootElement.GetProperty("panels").EnumerateArray())
            {
                foreach (var target in panel.GetProperty("targets").EnumerateArray())
                {
                    // As Grafana would fill them in for all subscriptions.
                    var query = target.GetProperty("expr").GetString()!.Replace("$__rate_interval", "10s", StringComparison.Ordinal);
                    yield return (Path.GetFileName(file), panel.GetProperty("title").GetString()!, Variables().Replace(query, ".*"));
                }
            }
        }
    }

    [GeneratedRegex(@"\$(group|topic|subscription)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Variables();

    [GeneratedRegex(@"(?m)^ +- alert: (?<name>\w+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex AlertNames();

    [GeneratedRegex(@"(?m)^## (?<name>\w+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Headings();

    [GeneratedRegex(@"\b(hermes_[a-z_]+|up)\b(?=[{\[ )])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Metrics();
}
