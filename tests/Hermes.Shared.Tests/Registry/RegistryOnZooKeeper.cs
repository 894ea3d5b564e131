using System.Diagnostics.Metrics;
using System.Text;
using System.Threading.Channels;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.Shared.Tests.Registry;

/// <summary>The registry's reader, writer and view on a real server.</summary>
public sealed class RegistryOnZooKeeper(ZooKeeperFixture server) : IAsyncLifetime
{
    private static readonly SubscriptionName Billing = SubscriptionName.Parse("shop.orders$billing");
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private ZooKeeperClient _zooKeeper = null!;
    private HermesPaths _paths = null!;
    private RegistryWriter _writer = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_node_is_left_empty_and_no_ancestor_is_made()
    {
        await Assert.ThrowsAsync<RegistryException>(() => _writer.CreateTopicAsync(Topic(), Cancellation));
        await Assert.ThrowsAsync<RegistryException>(() => _writer.CreateSubscriptionAsync(Subscription(), Cancellation));
        Assert.Null(await _zooKeeper.FindAsync(_paths.Root, Cancellation));
        await CreateAllAsync();
        foreach (var path in (string[])[_paths.Root, _paths.Groups, _paths.Group("shop"), _paths.Topics("shop"), _paths.Topic(Billing.Topic), _paths.Subscriptions(Billing.Topic), _paths.Subscription(Billing)])
            Assert.NotEqual(0, (await _zooKeeper.GetAsync(path, Cancellation)).Data.Length);
        var twice = await Assert.ThrowsAsync<RegistryException>(() => _writer.CreateSubscriptionAsync(Subscription(), Cancellation));
        Assert.Equal(RegistryFault.AlreadyExists, twice.Fault);
    }

    [Fact]
    public async Task What_is_not_empty_is_not_deleted_and_what_is_goes_at_once()
    {
        await CreateAllAsync();
        await _zooKeeper.CreateAsync($"{_paths.Subscription(Billing)}/metrics", "x"u8.ToArray(), CreateMode.Persistent, Cancellation);
        await _zooKeeper.CreateAsync($"{_paths.Topic(Billing.Topic)}/metrics", "x"u8.ToArray(), CreateMode.Persistent, Cancellation);
        var full = await Assert.ThrowsAsync<RegistryException>(() => _writer.DeleteTopicAsync(Billing.Topic, Cancellation));
        Assert.Equal(RegistryFault.NotEmpty, full.Fault);
        Assert.Contains("billing", full.Message, StringComparison.Ordinal);
        await _writer.DeleteSubscriptionAsync(Billing, Cancellation);
        Assert.Equal(RegistryFault.NotFound, (await Assert.ThrowsAsync<RegistryException>(() => _writer.DeleteSubscriptionAsync(Billing, Cancellation))).Fault);
        Assert.Equal(RegistryFault.NotEmpty, (await Assert.ThrowsAsync<RegistryException>(() => _writer.DeleteGroupAsync("shop", Cancellation))).Fault);
        await _writer.DeleteTopicAsync(Billing.Topic, Cancellation);
        await _writer.DeleteGroupAsync("shop", Cancellation);
        Assert.Empty((await _zooKeeper.GetChildrenAsync(_paths.Groups, Cancellation)).Names);
    }

    [Fact]
    public async Task OAuth_providers_are_followed_and_a_bad_one_disturbs_nothing()
    {
        await using var view = OAuthProviderView.Start(_zooKeeper, _paths, NullLogger<OAuthProviderView>.Instance, TimeProvider.System);
        await view.WhenCurrentAsync(Cancellation);
        Assert.Null(view.Find("idp"));
        await _zooKeeper.CreateAsync(_paths.Root, "x"u8.ToArray(), CreateMode.Persistent, Cancellation);
        await _zooKeeper.CreateAsync(_paths.OAuthProviders, "x"u8.ToArray(), CreateMode.Persistent, Cancellation);
        await _zooKeeper.CreateAsync($"{_paths.OAuthProviders}/idp", Provider("idp", "c1"), CreateMode.Persistent, Cancellation);
        await Until.TrueAsync(() => view.Find("idp") is { ClientId: "c1" }, "the provider appears");
        var before = view.Find("idp");
        await _zooKeeper.CreateAsync($"{_paths.OAuthProviders}/bad", "{"u8.ToArray(), CreateMode.Persistent, Cancellation);
        await _zooKeeper.SetAsync($"{_paths.OAuthProviders}/idp", "{}"u8.ToArray(), -1, Cancellation);
        await _zooKeeper.CreateAsync($"{_paths.OAuthProviders}/next", Provider("next", "c2"), CreateMode.Persistent, Cancellation);
        await Until.TrueAsync(() => view.Find("next") is not null, "the one after the bad ones appears");
        Assert.Same(before, view.Find("idp")); // it stays as it was
        Assert.Null(view.Find("bad"));
        await _zooKeeper.SetAsync($"{_paths.OAuthProviders}/idp", Provider("idp", "c3"), -1, Cancellation);
        await Until.TrueAsync(() => view.Find("idp") is { ClientId: "c3" }, "the change is seen");
        await _zooKeeper.DeleteAsync($"{_paths.OAuthProviders}/idp", -1, Cancellation);
        await Until.TrueAsync(() => view.Find("idp") is null, "the provider goes");
    }

    private static byte[] Provider(string name, string client) => Encoding.UTF8.GetBytes(
        $$"""{"name":"{{name}}","tokenEndpoint":"http://h/token","clientId":"{{client}}","clientSecret":"s","tokenRequestInitialDelay":1,"tokenRequestMaxDelay":30,"requestTimeout":500,"socketTimeout":500}""");

    [Fact]
    public async Task Writers_at_the_same_time_lose_nothing_of_each_other()
    {
        await CreateAllAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _writer.UpdateSubscriptionAsync(
            Billing, d => d with { Headers = [.. d.Headers ?? [], new() { Name = $"X-{i}", Value = "v" }] }, Cancellation)));
        var reader = new RegistryReader(_zooKeeper, _paths);
        Assert.Equal(20, (await reader.SubscriptionAsync(Billing, Cancellation)).Document.Headers!.Count);
    }

    [Fact]
    public async Task A_pending_subscription_becomes_active_and_nothing_else_of_it_changes()
    {
        await CreateAllAsync();
        var path = _paths.Subscription(Billing);
        await _zooKeeper.SetAsync(path, Encoding.UTF8.GetBytes("""{"topicName":"shop.orders","name":"billing","endpoint":"http://h/","state":"PENDING","new":{"a":1}}"""), 0, Cancellation);
        var identity = (await _zooKeeper.FindAsync(path, Cancellation))!.Value.CreatedZxid;
        await _writer.ActivatePendingAsync(Billing, identity + 1, Cancellation); // another subscription of that name
        Assert.Equal(1, (await _zooKeeper.FindAsync(path, Cancellation))!.Value.Version);
        await _writer.ActivatePendingAsync(Billing, identity, Cancellation);
        await _writer.ActivatePendingAsync(Billing, identity, Cancellation);
        var node = await _zooKeeper.GetAsync(path, Cancellation);
        Assert.Equal(2, node.Stat.Version);
        var text = Encoding.UTF8.GetString(node.Data.Span);
        Assert.Contains("\"state\":\"ACTIVE\"", text, StringComparison.Ordinal);
        Assert.Contains("\"new\":{\"a\":1}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_view_tells_what_there_is_and_each_change_over_an_expired_session()
    {
        await CreateAllAsync();
        await using var own = await ConnectAsync();
        await using var view = View(own);
        await view.WhenCurrentAsync(Cancellation);
        var changes = view.Subscribe();
        await NextAsync<RegistryChange.TopicChanged>(changes);
        var created = await NextAsync<RegistryChange.SubscriptionCreated>(changes);
        await NextAsync<RegistryChange.Current>(changes);

        await _writer.UpdateSubscriptionAsync(Billing, d => d with { State = SubscriptionState.Suspended }, Cancellation);
        var changed = await NextAsync<RegistryChange.SubscriptionChanged>(changes);
        Assert.Equal((null, SubscriptionState.Suspended), (changed.Before.Document.State, changed.Subscription.Document.State));

        await RawSession.ExpireAsync(server.Server.Port, own.Session.Id);
        await _writer.DeleteSubscriptionAsync(Billing, Cancellation);
        await _writer.CreateSubscriptionAsync(Subscription(), Cancellation);
        var removed = await NextAsync<RegistryChange.SubscriptionRemoved>(changes);
        var again = await NextAsync<RegistryChange.SubscriptionCreated>(changes);
        Assert.Equal(created.Subscription.Identity, removed.Subscription.Identity);
        Assert.True(again.Subscription.Identity > removed.Subscription.Identity);
    }

    [Fact]
    public async Task A_node_that_cannot_be_read_is_counted_and_disturbs_nothing()
    {
        await CreateAllAsync();
        await using var view = View(_zooKeeper);
        await view.WhenCurrentAsync(Cancellation);
        long unreadable = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name is "hermes.registry.unreadable")
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref unreadable, count));
        listener.Start();
        await _zooKeeper.CreateAsync($"{_paths.Subscriptions(Billing.Topic)}/bad", "no json"u8.ToArray(), CreateMode.Persistent, Cancellation);
        await _zooKeeper.SetAsync(_paths.Subscription(Billing), "{"u8.ToArray(), NodeVersion.Any, Cancellation);
        await Until.TrueAsync(() => Interlocked.Read(ref unreadable) >= 2, "both were counted");
        Assert.Equal("http://127.0.0.1:1/", Assert.Single(view.Subscriptions).Document.Endpoint); // as it was
        await _writer.CreateSubscriptionAsync(Subscription() with { Name = "good" }, Cancellation);
        await Until.TrueAsync(() => view.Subscriptions.Count == 2, "a good one is seen");
    }

    public async ValueTask InitializeAsync()
    {
        server.Require();
        _zooKeeper = await ConnectAsync();
        _paths = new(server.FreshRoot());
        _writer = new(_zooKeeper, _paths);
    }

    public async ValueTask DisposeAsync()
    {
        await _zooKeeper.DisposeAsync();
        await _services.DisposeAsync();
    }

    private static TopicDocument Topic() => new() { Name = Billing.Topic.ToString(), ContentType = ContentTypes.Json };

    private static SubscriptionDocument Subscription() => new() { TopicName = Billing.Topic.ToString(), Name = Billing.Name, Endpoint = "http://127.0.0.1:1/" };

    private static async Task<T> NextAsync<T>(ChannelReader<RegistryChange> changes) where T : RegistryChange
    {
        while (true)
        {
            var change = await changes.ReadAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
            if (change is T wanted)
                return wanted;
            // "Current" comes again after each reconnect; nothing else may come between.
            Assert.IsType<RegistryChange.Current>(change);
        }
    }

    private async Task<ZooKeeperClient> ConnectAsync()
    {
        var client = ZooKeeperClient.Start(new() { ConnectionString = server.ConnectionString });
        await client.WhenConnectedAsync(Cancellation);
        return client;
    }

    private RegistryView View(ZooKeeperClient zooKeeper) =>
        RegistryView.Start(zooKeeper, _paths, _services.GetRequiredService<IMeterFactory>(), NullLogger<RegistryView>.Instance, TimeProvider.System);

    private async Task CreateAllAsync()
    {
        await _writer.CreateGroupAsync(new() { GroupName = "shop" }, Cancellation);
        await _writer.CreateTopicAsync(Topic(), Cancellation);
        await _writer.CreateSubscriptionAsync(Subscription(), Cancellation);
    }
}
