using System.Diagnostics.Metrics;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Schemas;
using Hermes.Testing;
using Hermes.Testing.Schemas;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.Shared.Tests.Schemas;

/// <summary>The store of schemas against a registry over real HTTP.</summary>
public sealed class SchemaStores : IAsyncLifetime
{
    private const string Schema = """{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}""";
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(10);
    private static readonly ServiceProvider Meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<SchemaStore> _stores = [];
    private SchemaRegistry _registry = null!;

    public async ValueTask InitializeAsync() => _registry = await SchemaRegistry.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
            await store.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task All_that_want_a_schema_share_one_question_and_nobody_waits()
    {
        var (version, id) = _registry.Register("g.t", Schema);
        var store = Store();
        _registry.Hold();
        var reference = new SchemaReference("g.t", version, IsId: false);
        var lookups = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => store.Find(reference))));
        Assert.All(lookups, l => Assert.Null(l.Schema));
        await Until.TrueAsync(() => _registry.Requests.Count > 0, "the question came");
        _registry.Release();
        await Until.TrueAsync(() => store.Find(reference).Schema is not null, "it is answered");
        Assert.Single(_registry.Requests);
        Assert.Equal((version, id), (lookups[0].Schema!.Version, lookups[0].Schema!.Id));
        Assert.Equal([new("Schema-Version", "1"), new("Schema-Id", id.ToString())], lookups[0].Schema!.Headers);
    }

    [Fact]
    public async Task An_id_is_asked_for_with_its_version()
    {
        _registry.Register("g.t", """{"type":"record","name":"Q","fields":[]}""");
        var (version, id) = _registry.Register("g.t", Schema);
        Assert.Equal(version, (await KnownAsync(Store(), new("g.t", id, IsId: true))).Version);
    }

    [Fact]
    public async Task An_id_of_another_subject_is_known_and_has_no_version()
    {
        var (_, id) = _registry.Register("other", Schema);
        var schema = await KnownAsync(Store(), new("g.t", id, IsId: true));
        Assert.Null(schema.Version);
        Assert.Equal([new("Schema-Id", id.ToString())], schema.Headers);
    }

    [Fact]
    public async Task What_is_absent_is_asked_for_again_and_found_when_it_comes()
    {
        var store = Store();
        var reference = new SchemaReference("g.t", 1, IsId: false);
        await Until.TrueAsync(() => store.Find(reference) is { IsAbsent: true, Answers: > 2 }, "it was asked for again");
        Assert.Contains("knows no version 1 of subject g.t", store.Find(reference).Reason, StringComparison.Ordinal);
        _registry.Register("g.t", Schema);
        await KnownAsync(store, reference);
    }

    [Fact]
    public async Task A_registry_that_fails_hangs_or_lies_is_asked_again()
    {
        var store = Store(new() { ReadTimeout = TimeSpan.FromMilliseconds(200), ConnectTimeout = TimeSpan.FromMilliseconds(200) });
        var reference = new SchemaReference("g.t", _registry.Register("g.t", Schema).Version, IsId: false);
        await SeenAsync(new(503), "answers 503");
        await SeenAsync(Testing.Http.ScriptedAnswer.Never, "in time");
        await SeenAsync(Testing.Http.ScriptedAnswer.Reset, "cannot be asked");
        await SeenAsync(new(200) { Body = "no json", Header = new("Content-Type", "application/json") }, "cannot be read");
        _registry.Fault = null;
        await KnownAsync(store, reference);

        async Task SeenAsync(Testing.Http.ScriptedAnswer fault, string reason)
        {
            _registry.Fault = fault;
            await Until.TrueAsync(() => store.Find(reference) is { IsAbsent: false } lookup && lookup.Reason.Contains(reason, StringComparison.Ordinal), reason);
        }
    }

    [Theory]
    [InlineData("""{"type":"recor"}""", null, "type 'recor' is unknown")]
    [InlineData("syntax = \"proto3\";", "PROTOBUF", "of the kind PROTOBUF")]
    public async Task What_is_no_schema_of_Avro_counts_as_absent_with_its_reason(string schema, string? kind, string reason)
    {
        var body = new System.Text.Json.Nodes.JsonObject { ["schema"] = schema, ["schemaType"] = kind }.ToJsonString();
        _registry.Fault = new(200) { Body = body, Header = new("Content-Type", "application/json") };
        var store = Store();
        var reference = new SchemaReference("g.t", 1, IsId: false);
        await Until.TrueAsync(() => store.Find(reference).IsAbsent, "it was asked for");
        Assert.Contains(reason, store.Find(reference).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_the_bound_the_schemas_used_longest_ago_are_asked_for_anew()
    {
        var store = Store(new() { MostKept = 16 });
        for (var i = 0; i < 20; i++)
            _registry.Register("g.t", $$"""{"type":"record","name":"R{{i}}","fields":[]}""");
        for (var i = 1; i <= 20; i++)
        {
            await KnownAsync(store, new("g.t", i, IsId: false));
            await KnownAsync(store, new("g.t", 1, IsId: false)); // used all the time
        }
        Assert.Single(_registry.Requests, r => r.Target.EndsWith("/1", StringComparison.Ordinal));
        await KnownAsync(store, new("g.t", 2, IsId: false));
        Assert.Equal(2, _registry.Requests.Count(r => r.Target.EndsWith("/2", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_registry_is_asked_no_more_often_than_allowed()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var store = Store(new() { ChecksPerSecond = 5 }, clock: clock);
        for (var i = 1; i <= 50; i++)
            store.Find(new("g.t", i, IsId: false));
        await Until.TrueAsync(() => _registry.Requests.Count == 5, "five questions");
        clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 50; i >= 1; i--)
            store.Find(new("g.t", i, IsId: false));
        await Until.TrueAsync(() => _registry.Requests.Count == 10, "five more");
    }

    [Fact]
    public async Task Subjects_are_named_and_the_user_told_as_configured()
    {
        var store = Store(new() { SubjectSuffix = true, SubjectNamespace = true, User = "u", Password = "p" }, new() { Namespace = "dev" });
        var subject = store.Subject(TopicName.Parse("pl.shop.orders"));
        Assert.Equal("dev_pl.shop.orders-value", subject);
        _registry.Register(subject, Schema);
        await KnownAsync(store, new(subject, 1, IsId: false));
        Assert.Equal("Basic dTpw", _registry.Requests[0].Header("Authorization"));
        Assert.Equal("pl.shop.orders", Store().Subject(TopicName.Parse("pl.shop.orders")));
    }

    private SchemaStore Store(SchemaSettings? settings = null, KafkaSettings? kafka = null, TimeProvider? clock = null)
    {
        settings = (settings ?? new()) with { ServerUrl = _registry.Address.TrimEnd('/'), FirstRetryPause = Quick, LongestRetryPause = Quick };
        var store = new SchemaStore(new(settings, kafka ?? new()), settings, Meters.GetRequiredService<IMeterFactory>(),
            NullLogger<SchemaStore>.Instance, clock ?? TimeProvider.System);
        _stores.Add(store);
        return store;
    }

    private static async Task<CompiledSchema> KnownAsync(SchemaStore store, SchemaReference reference)
    {
        await Until.TrueAsync(() => store.Find(reference).Schema is not null, $"{reference} is known");
        return store.Find(reference).Schema!;
    }
}
