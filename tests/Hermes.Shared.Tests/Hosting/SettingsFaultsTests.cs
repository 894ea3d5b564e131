using Hermes.Shared.Hosting;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hermes.Shared.Tests.Hosting;

/// <summary>What a process says about its settings before it starts.</summary>
public sealed class SettingsFaultsTests
{
    [Fact]
    public void The_defaults_are_sound() => Assert.Empty(SettingsFaults.Find(Builder([]).Services));

    [Fact]
    public void Every_fault_of_every_section_is_found_at_once_and_named_by_its_setting()
    {
        var faults = SettingsFaults.Find(Builder(new()
        {
            ["Hermes:Datacenter"] = "",
            ["Hermes:Datacentre"] = "dc1",
            ["ZooKeeper:SessionTimeout"] = "soon",
            ["ZooKeeper:Root"] = "hermes/",
            ["ZooKeeper:Tls"] = "perhaps",
            ["ZooKeeper:Password"] = "hunter2",
            ["Kafka:TopicMapper"] = "Own",
            ["Kafka:Security"] = "x",
            ["Kafka:BootstrapServers"] = "",
        }).Services);
        Assert.Contains(faults, f => f.StartsWith("Hermes:Datacenter: ", StringComparison.Ordinal));
        Assert.Contains("Hermes:Datacentre is no setting; the section has Datacenter.", faults);
        Assert.Contains("ZooKeeper:SessionTimeout must be a time such as 00:00:10, but is 'soon'.", faults);
        Assert.Contains(faults, f => f.StartsWith("ZooKeeper:Root: ", StringComparison.Ordinal));
        Assert.Contains("ZooKeeper:Tls must be true or false, but is 'perhaps'.", faults);
        Assert.Contains("ZooKeeper:Password needs ZooKeeper:User beside it.", faults);
        Assert.Contains("Kafka:TopicMapper must be one of Default, JsonToAvroMigration, but is 'Own'.", faults);
        Assert.Contains(faults, f => f.StartsWith("Kafka:Security is no setting", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.StartsWith("Kafka:BootstrapServers: ", StringComparison.Ordinal));
        Assert.Equal(9, faults.Count);
        Assert.DoesNotContain(faults, f => f.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void A_connection_string_that_cannot_be_read_is_found() =>
        Assert.Contains("99999", Assert.Single(SettingsFaults.Find(Builder(new() { ["ZooKeeper:ConnectionString"] = "host:99999" }).Services)), StringComparison.Ordinal);

    [Fact]
    public void A_time_without_a_colon_is_refused_since_it_would_count_days() =>
        Assert.StartsWith("ZooKeeper:SessionTimeout must be a time", Assert.Single(SettingsFaults.Find(Builder(new() { ["ZooKeeper:SessionTimeout"] = "5" }).Services)), StringComparison.Ordinal);

    [Fact]
    public void Sound_settings_are_bound_and_those_for_librdkafka_are_passed_through()
    {
        using var host = Builder(new()
        {
            ["ZooKeeper:SessionTimeout"] = "00:00:05",
            ["Kafka:Namespace"] = "dev",
            ["Kafka:TopicMapper"] = "JsonToAvroMigration",
            ["Kafka:Client:security.protocol"] = "sasl_ssl",
            ["Kafka:Client:sasl.password"] = "p",
        }).Build();
        Assert.Equal(TimeSpan.FromSeconds(5), host.Services.GetRequiredService<ZooKeeperSettings>().SessionTimeout);
        var topic = TopicName.Parse("shop.orders");
        Assert.Equal("dev_shop.orders_avro", host.Services.GetRequiredService<KafkaNames>().PrimaryTopic(topic, isAvro: true));
        var config = host.Services.GetRequiredService<KafkaClients>().Producer().ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        Assert.Equal("sasl_ssl", config["security.protocol"]);
        Assert.Equal("p", config["sasl.password"]);
        Assert.Equal("localhost:9092", config["bootstrap.servers"]);
        Assert.Equal("true", config["enable.idempotence"], ignoreCase: true);
    }

    [Fact]
    public void A_consumer_joins_by_range_and_commits_nothing_by_itself()
    {
        var config = new KafkaClients(new()).Consumer("g").ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        Assert.Equal("range", config["partition.assignment.strategy"], ignoreCase: true);
        Assert.Equal("false", config["enable.auto.commit"], ignoreCase: true);
        Assert.Equal("g", config["group.id"]);
    }

    [Fact]
    public async Task A_host_with_wrong_settings_ends_with_1_and_starts_nothing()
    {
        var builder = Builder(new() { ["ZooKeeper:Root"] = "x", ["Kafka:Foo"] = "y" });
        var started = false;
        builder.Services.AddHostedService(_ => { started = true; return new Never(); });
        Assert.Equal(1, await WorkerHost.RunAsync(builder));
        Assert.False(started);
    }

    private static HostApplicationBuilder Builder(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddMetrics();
        builder.AddHermesFoundation();
        return builder;
    }

    private sealed class Never : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
    }
}
