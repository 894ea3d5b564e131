using System.Text;
using Confluent.Kafka;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Envelope;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Cli.Tests.DeadLetters;

/// <summary><c>hermes dead-letters</c> on real ZooKeeper and the emulator; the letters are written by hand.</summary>
public sealed class DeadLetterCommandsTests(ZooKeeperFixture zooKeeper, EmulatorFixture kafka) : IAsyncLifetime
{
    private readonly Site _site = new(zooKeeper, kafka);

    private string Topic => $"{_site.Namespace}_shop_orders_billing_dead-letters";

    public async ValueTask InitializeAsync()
    {
        await _site.CreateTopicAsync(partitions: 1);
        (await _site.RunAsync("subscription", "create", "shop.orders", "billing", "--endpoint", "http://localhost:1/",
            "--set", """endpointAddressResolverMetadata={"hermesWorkers":{"deadLetter":{}}}""")).Succeeded();
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Lists_the_topics_and_the_newest_letters_and_shows_one()
    {
        await WriteAsync("shop.orders$billing", 3);
        await WriteAsync("shop.orders$stranger", 1);
        var topics = (await _site.RunAsync("dead-letters", "list", "--json")).Succeeded().Json.AsArray();
        Assert.Equal(("shop.orders$billing", Topic, 4L), ((string?)topics[0]!["subscription"], (string?)topics[0]!["topic"], (long)topics[0]!["letters"]!));
        var letters = (await _site.RunAsync("dead-letters", "list", "shop.orders", "billing", "--json")).Succeeded().Json.AsArray();
        Assert.Equal(["0:0", "0:1", "0:2"], letters.Select(l => (string)l!["letter"]!));
        Assert.Equal("status 400", (string?)letters[0]!["reason"]);
        Assert.Equal("id-1", (string?)letters[1]!["messageId"]);
        Assert.Single((await _site.RunAsync("dead-letters", "list", "shop.orders", "billing", "--limit", "2", "--json")).Succeeded().Json.AsArray());
        var one = (await _site.RunAsync("dead-letters", "show", "shop.orders", "billing", "0:1", "--json")).Succeeded().Json;
        Assert.Equal("""{"number":1}""", (string?)one["body"]);
        Assert.Equal((7L, "key", "machine/7"), ((long)one["offset"]!, (string?)one["key"], (string?)one["discardedBy"]));
        Assert.Equal("id", (string?)one["headers"]![0]!["name"]);
    }

    [Theory]
    [InlineData(1, "no letter 0:3", "show", "shop.orders", "billing", "0:3")]
    [InlineData(1, "no letter 0:9", "show", "shop.orders", "billing", "0:9")]
    [InlineData(2, "partition:offset", "show", "shop.orders", "billing", "9")]
    [InlineData(2, "a subscription beside it", "list", "shop.orders")]
    [InlineData(2, "Exactly one of", "redrive", "shop.orders", "billing", "--yes")]
    public async Task What_is_not_there_or_asked_wrongly_is_named(int code, string why, params string[] arguments)
    {
        await WriteAsync("shop.orders$billing", 3);
        await WriteAsync("shop.orders$stranger", 1);
        var run = await _site.RunAsync(["dead-letters", .. arguments]);
        Assert.Equal(code, run.Code);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_topic_it_says_so()
    {
        var run = await _site.RunAsync("dead-letters", "list", "shop.orders", "billing");
        Assert.Contains(Topic, run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, run.Code);
    }

    [Theory]
    [InlineData("dead-letters", "redrive", "shop.orders", "billing")]
    [InlineData("retransmit", "start", "shop.orders", "billing", "--mode", "replay", "--dead-letters")]
    public async Task A_redrive_is_a_replay_job_of_the_dead_letters(params string[] command)
    {
        await WriteAsync("shop.orders$billing", 3);
        var id = (await _site.RunAsync([.. command, "--offset", "0=1", "--yes"])).Succeeded().Output.Trim();
        var document = await _site.DocumentAsync($"/retransmission/jobs/{id}");
        Assert.Equal(("replay", "deadLetters"), ((string?)document["mode"], (string?)document["source"]));
        Assert.Equal(1, (int)document["target"]!["offsets"]![Topic]!["0"]!);
        var all = (await _site.RunAsync([.. command, "--all", "--dry-run", "--json"])).Succeeded().Json.AsArray();
        Assert.Equal((Topic, 3L), ((string?)all[0]!["topic"], (long)all[0]!["messages"]!));
    }

    private async Task WriteAsync(string subscription, int count)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        try
        {
            await _site.Kafka.CreateTopicsAsync([new() { Name = Topic, NumPartitions = 1, ReplicationFactor = 1 }]);
        }
        catch (Confluent.Kafka.Admin.CreateTopicsException)
        {
            // It is there.
        }
        for (var number = 0; number < count; number++)
        {
            var headers = new LetterAccount(subscription, $"{_site.Namespace}_shop.orders", 0, 6 + number, 1_700_000_000_000, "status 400", 1, 400, 1_700_000_001_000 + number, "machine/7", 1)
                .Over(new Headers { { "id", Encoding.UTF8.GetBytes($"id-{number}") } });
            await producer.ProduceAsync(Topic, new()
            {
                Key = "key"u8.ToArray(),
                Value = new JsonEnvelope().Wrap(Encoding.UTF8.GetBytes($$"""{"number":{{number}}}"""), $"id-{number}", 1_700_000_000_000, []),
                Headers = headers,
            }, TestContext.Current.CancellationToken);
        }
    }
}
