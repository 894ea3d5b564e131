using System.Text;
using System.Text.Json.Nodes;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Fleet;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Tests.Doctor;

/// <summary><c>hermes doctor</c> on installations that are sound, ill, and absent.</summary>
public sealed class DoctorCommandTests(ZooKeeperFixture zooKeeper, EmulatorFixture kafka) : IAsyncLifetime
{
    private readonly Site _site = new(zooKeeper, kafka);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _site.CreateTopicAsync();
        (await _site.RunAsync("subscription", "create", "shop.orders", "billing", "--endpoint", "http://localhost:1/")).Succeeded();
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Finds_nothing_wrong_with_a_sound_installation()
    {
        var run = (await _site.RunAsync("doctor")).Succeeded();
        Assert.DoesNotContain("WRONG", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 topics and 1 subscriptions, all of them readable", run.Output, StringComparison.Ordinal);
        var json = (await _site.RunAsync("doctor", "--json")).Succeeded().Json.AsArray();
        Assert.All(json, f => Assert.True((string?)f!["state"] is "ok" or "note", f.ToString()));
        Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "ZooKeeper", "ZooKeeper's version", "ZooKeeper's servers", "brokers", "workers' versions", "clocks", "root", "Kafka", "cluster's name", "constraints", "retransmission jobs", "clean-up tasks", "groups without subscription" },
            json.Select(f => (string)f!["check"]!).ToHashSet(StringComparer.Ordinal));
        Assert.DoesNotContain((await _site.ZooKeeper.GetChildrenAsync(_site.Root, Cancellation)).Names, n => n.StartsWith("doctor", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_what_is_wrong_and_says_what_to_do()
    {
        var paths = new HermesPaths(_site.Root);
        var billing = SubscriptionName.Parse("shop.orders$billing");
        // T1: a node without data. T3: another cluster's name. A clean-up task for elsewhere, a job that nobody works on,
        // a constraint about nothing, a group whose subscription is gone, a topic without a Kafka topic.
        await CreateAsync($"{paths.Topics("shop")}/empty", "");
        await CreateAsync($"{paths.Topics("shop")}/broken", "{");
        await CreateAsync($"{paths.Topics("shop")}/lost", """{"name":"shop.lost","contentType":"JSON"}""");
        await CreateAsync(paths.OrderedOffset(billing, $"{_site.Namespace}_shop.orders", "primary", 0), "17");
        await CreateAsync($"{_site.Root}/consumers-registry/primary/nodes/java-1", "10.0.0.1");
        await CreateAsync($"{_site.Root}/consumers-workload-constraints/shop.gone", """{"consumersNumber":3}""");
        await CreateAsync($"{_site.Root}/consumers-workload-constraints/shop.orders", """{"consumersNumber":0}""");
        await CreateAsync($"{_site.Root}/consumer-group-to-delete/tasks/shop.orders$old", Encoding.UTF8.GetString(new CleanUpTask(SubscriptionName.Parse("shop.orders$old"), "elsewhere").Write(TimeProvider.System.GetUtcNow())));
        var jobs = new JobPaths(paths);
        var id = Guid.CreateVersion7().ToString();
        await CreateAsync(jobs.Status(id), Encoding.UTF8.GetString(JobJson.Write(new JobStatus { Phase = JobPhases.Moving, UpdatedAt = TimeProvider.System.GetUtcNow().AddHours(-1) }, JobJson.Instance.JobStatus)));
        await CreateAsync(jobs.Active(billing), "no-such-job");
        var found = await FindingsAsync();
        Has(found, "nodes without data", "/shop/topics/empty has no data", "deletes such a node");
        Has(found, "documents", "topic shop.broken", "Mend the document");
        Has(found, "offset nodes of other clusters", "a cluster named 'primary', while Kafka:ClusterName is 'primary-dc'", "must be what management writes");
        Has(found, "cluster's name", "consumers-registry knows 'primary'", "must be what management writes");
        Has(found, "constraints", "shop.gone is about what is not there", "no effect");
        Has(found, "constraints", "shop.orders: consumersNumber must be", "no effect");
        Has(found, "clean-up tasks", "datacenter 'elsewhere'", "janitor");
        Has(found, "retransmission jobs", $"job {id}: it is moving, and no retransmitter works on it", "hermes retransmit show");
        Has(found, "held subscriptions", "shop.orders$billing is held by job no-such-job", "Delete its node");
        Has(found, "Kafka topics", "shop.lost has no Kafka topic", "Kafka:Namespace");
    }

    [Fact]
    public async Task Notes_groups_whose_subscription_is_gone()
    {
        await _site.Kafka.AlterConsumerGroupOffsetsAsync([new($"{_site.Namespace}_shop_orders_gone", [new($"{_site.Namespace}_shop.orders", 0, 1)])]);
        Assert.Contains("shop_orders_gone belongs to shop.orders$gone, which is not there", (await _site.RunAsync("doctor")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Looks_at_each_server_of_the_ensemble_and_at_each_broker()
    {
        using var old = new FourLetterServer("Zookeeper version: 3.5.9-83df9301aa5c2a5d284a9940177808c01bc35cef, built on 01/06/2021 19:49 GMT\nMode: follower\n");
        using var mute = new FourLetterServer("srvr is not executed because it is not in the whitelist.\n");
        var real = zooKeeper.Require();
        var run = await CommandRun.OfAsync("doctor", "--json", "--zookeeper", $"{real},{old.Address},{mute.Address},127.0.0.1:1", "--root", _site.Root,
            "--bootstrap-servers", kafka.BootstrapServers, "--kafka-namespace", _site.Namespace);
        Assert.Equal(ExitCode.Failed, run.Code);
        var found = run.Json.AsArray();
        Has(found, "ZooKeeper's servers", $"{old.Address} is ZooKeeper 3.5.9, follower.", "3.6 or later");
        Has(found, "ZooKeeper's servers", "127.0.0.1:1 does not answer", "ZooKeeper:ConnectionString");
        Has(found, "ZooKeeper's servers", $"{mute.Address} does not tell its version: srvr is not executed", "4lw.commands.whitelist", "note");
        Has(found, "ZooKeeper's servers", "They are of different versions: 3.5.9, 3.8", "upgrade", "note");
        Assert.Contains(found, f => (string?)f!["state"] == "ok" && ((string)f["what"]!).StartsWith($"{real}: ZooKeeper 3.8", StringComparison.Ordinal));
        Assert.Contains(found, f => (string?)f!["check"] == "brokers" && (string?)f["state"] == "ok" && ((string)f["what"]!).Contains("Kafka 3.0 or later", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tells_the_versions_of_the_workers_that_are_there()
    {
        var nodes = $"{_site.Root}/consumers-registry/primary-dc/nodes";
        await CreateAsync($"{nodes}/java-1", "10.0.0.1");
        await CreateAsync($"{nodes}/ours-1", WorkerSignature.Text);
        await CreateAsync($"{nodes}/ours-2", "elsewhere/12 hermes-workers/0.0.1");
        await CreateAsync($"{new JanitorPaths(new(_site.Root)).Leader}/candidate", WorkerSignature.Text);
        await PresentAsync(new("hermes-consumer", "elsewhere/12", "0.0.1", DateTimeOffset.UnixEpoch));
        await PresentAsync(new("hermes-retransmitter", "here/7", "0.0.2", DateTimeOffset.UnixEpoch));
        await PresentAsync(new("hermes-retransmitter", "here/8", WorkerSignature.Version, DateTimeOffset.UnixEpoch));
        await CreateAsync($"{new WorkerPaths(new(_site.Root)).Folder}/strange", "10.0.0.1");
        var found = (await _site.RunAsync("doctor", "--json")).Succeeded().Json.AsArray();
        Has(found, "consumers", $"3 registered: 1 of 0.0.1, 1 of {WorkerSignature.Version}, 1 of Hermes's own or older", null, "ok");
        Has(found, "janitor", $"1 run, one of them leads: 1 of {WorkerSignature.Version}", null, "ok");
        Has(found, "workers", $"2 hermes-retransmitter: here/7 (0.0.2, since 1970-01-01 00:00:00Z), here/8 ({WorkerSignature.Version}, since 1970-01-01 00:00:00Z)", null, "ok");
        Has(found, "workers' versions", $"hermes-retransmitter here/7 is of version 0.0.2, this command of {WorkerSignature.Version}", "one after the other", "note");
        // Once, though it is in the fleet's registry as well.
        Has(found, "workers' versions", $"hermes-consumer elsewhere/12 is of version 0.0.1, this command of {WorkerSignature.Version}", "one after the other", "note");
        Assert.Equal(2, found.Count(f => (string?)f!["check"] == "workers' versions"));
    }

    [Fact]
    public async Task Names_an_older_worker_that_has_no_node_of_its_own_by_the_one_it_has()
    {
        await CreateAsync($"{_site.Root}/consumers-registry/primary-dc/nodes/ours-2", "elsewhere/12 hermes-workers/0.0.1");
        var found = (await _site.RunAsync("doctor", "--json")).Succeeded().Json.AsArray();
        Has(found, "workers' versions", $"ours-2 is of version 0.0.1, this command of {WorkerSignature.Version}", "one after the other", "note");
        Has(found, "retransmitters", "No retransmitter shows itself", "Start Hermes.Worker.Retransmitter", "note");
    }

    [Fact]
    public async Task Judges_clocks_and_what_has_waited_for_long()
    {
        var paths = new HermesPaths(_site.Root);
        var jobs = new JobPaths(paths);
        var (waiting, still) = (Guid.CreateVersion7().ToString(), Guid.CreateVersion7().ToString());
        await CreateAsync(jobs.Job(waiting), "{}");
        await CreateAsync(jobs.Status(still), Encoding.UTF8.GetString(JobJson.Write(
            new JobStatus { Phase = JobPhases.Moving, WaitsFor = "consumers to obey", UpdatedAt = TimeProvider.System.GetUtcNow() }, JobJson.Instance.JobStatus)));
        await CreateAsync($"{jobs.Claim(still)}/holder", "a retransmitter");
        await CreateAsync($"{new JanitorPaths(paths).Tasks}/shop.orders$old", Encoding.UTF8.GetString(new CleanUpTask(SubscriptionName.Parse("shop.orders$old"), "dc").Write(TimeProvider.System.GetUtcNow())));
        var now = (await _site.RunAsync("doctor", "--json")).Succeeded().Json.AsArray();
        Has(now, "retransmission jobs", "2, none of them stuck", null, "ok");
        Has(now, "clean-up tasks", "1, none of them old", null, "ok");
        var later = await _site.RunAheadAsync(TimeSpan.FromHours(2), "doctor", "--json");
        Assert.Equal(ExitCode.Failed, later.Code);
        Has(later.Json.AsArray(), "clocks", "s ahead of ZooKeeper's", "chrony");
        Has(later.Json.AsArray(), "retransmission jobs", $"job {waiting}: asked for 0.02:00:", "Is a retransmitter running");
        Has(later.Json.AsArray(), "retransmission jobs", $"job {still}: it is moving, and has not moved for 0.02:00:", "hermes retransmit show");
        Has(later.Json.AsArray(), "clean-up tasks", "shop.orders$old: it has waited for 0.02:00:", "janitor's log");
    }

    [Fact]
    public async Task Knows_when_Kafka_is_another_cluster_than_the_janitors()
    {
        await CreateAsync(new JanitorPaths(new(_site.Root)).Cluster, "another");
        Has(await FindingsAsync(), "Kafka's cluster", "while the janitor knows 'another'", "Kafka:BootstrapServers");
    }

    [Fact]
    public async Task Says_when_there_is_no_root_and_no_broker()
    {
        var run = await CommandRun.OfAsync("doctor", "--zookeeper", zooKeeper.Require(), "--root", "/nowhere", "--bootstrap-servers", "127.0.0.1:1");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("There is no node /nowhere.", run.Output, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:1", run.Output, StringComparison.Ordinal);
    }

    private Task PresentAsync(PresentWorker worker) =>
        CreateAsync(new WorkerPaths(new(_site.Root)).Node($"{worker.Kind}-{worker.Id.Replace('/', '-')}"), Encoding.UTF8.GetString(worker.Write()));

    private async Task<JsonArray> FindingsAsync()
    {
        var run = await _site.RunAsync("doctor", "--json");
        Assert.Equal(ExitCode.Failed, run.Code);
        return run.Json.AsArray();
    }

    private static void Has(JsonArray findings, string check, string what, string? advice, string state = "wrong")
    {
        var ofCheck = findings.Where(f => (string?)f!["check"] == check && (string?)f["state"] == state).ToList();
        var one = ofCheck.Find(f => ((string)f!["what"]!).Contains(what, StringComparison.Ordinal));
        Assert.True(one is not null, $"No finding of '{check}' says '{what}':\n{findings}");
        if (advice is not null)
            Assert.Contains(advice, (string?)one["advice"], StringComparison.Ordinal);
    }

    /// <summary>Creates a node, and what is missing above it, with data.</summary>
    private async Task CreateAsync(string path, string data)
    {
        for (var at = path.IndexOf('/', 1); at > 0; at = path.IndexOf('/', at + 1))
        {
            if (await _site.ZooKeeper.FindAsync(path[..at], Cancellation) is null)
                await _site.ZooKeeper.CreateAsync(path[..at], "10.0.0.1"u8.ToArray(), CreateMode.Persistent, Cancellation);
        }
        await _site.ZooKeeper.CreateAsync(path, Encoding.UTF8.GetBytes(data), CreateMode.Persistent, Cancellation);
    }
}
