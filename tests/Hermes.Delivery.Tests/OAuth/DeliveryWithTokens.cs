using System.Diagnostics;
using Hermes.Delivery.OAuth;
using Hermes.Testing;
using Hermes.Testing.Http;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Delivery.Tests.OAuth;

/// <summary>Endpoints that want a token, and a real provider of them.</summary>
public sealed class DeliveryWithTokens : IAsyncLifetime
{
    private static readonly OAuthGrant Client = new("idp", "client_credentials", "read write", Username: null, Password: null);
    private readonly KnownProviders _providers = new();
    private OAuthProvider _provider = null!;
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await OAuthProvider.StartAsync();
        _providers.Set(_provider.Document());
        _rig = await DeliveryRig.StartAsync(providers: _providers);
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task A_token_is_asked_for_as_Hermes_does_and_goes_with_the_message()
    {
        _rig.Open(_rig.Plan(oauth: Client)).TryAccept(DeliveryRig.Message(1));
        Assert.Equal("Bearer token-1", (await _rig.Endpoint.WhenReceivedAsync(1))[0].Header("Authorization"));
        var asked = Assert.Single(_provider.Server.Requests);
        Assert.Equal(("POST", "/token?grant_type=client_credentials&scope=read%20write&client_id=c&client_secret=topsecret%261"), (asked.Method, asked.Target));
        Assert.Equal("application/x-www-form-urlencoded", asked.Header("Content-Type"));
        Assert.Empty(asked.Body);
    }

    [Fact]
    public async Task A_user_is_named_with_the_password_grant()
    {
        _rig.Open(_rig.Plan(oauth: new("idp", "password", Scope: null, "jan", "łódź"))).TryAccept(DeliveryRig.Message(1));
        await _rig.Endpoint.WhenReceivedAsync(1);
        Assert.Equal("/token?grant_type=password&client_id=c&client_secret=topsecret%261&username=jan&password=%C5%82%C3%B3d%C5%BA", _provider.Server.Requests.Single().Target);
    }

    [Fact]
    public async Task One_request_for_a_token_serves_all_who_wait()
    {
        _provider.Server.Hold();
        var delivery = _rig.Open(_rig.Plan(oauth: Client, timeout: TimeSpan.FromMinutes(1)));
        for (var i = 0; i < 50; i++) delivery.TryAccept(DeliveryRig.Message(i));
        await _provider.Server.WhenReceivedAsync(1);
        Assert.Empty(_rig.Endpoint.Requests);
        _provider.Server.Release();
        Assert.All(await _rig.Endpoint.WhenReceivedAsync(50), request => Assert.Equal("Bearer token-1", request.Header("Authorization")));
        Assert.Single(_provider.Server.Requests);
    }

    [Fact]
    public async Task A_token_that_is_turned_away_is_replaced_once_and_the_messages_are_sent_again()
    {
        _rig.Endpoint.Answer = static request => request.Header("Authorization") is "Bearer token-1" ? 401 : 200;
        var delivery = _rig.Open(_rig.Plan(oauth: Client));
        for (var i = 0; i < 30; i++) delivery.TryAccept(DeliveryRig.Message(i));
        Assert.All(await _rig.Settlements.WhenAsync(30), end => Assert.Equal(SettlementKind.Delivered, end.Settlement.Kind));
        Assert.Equal(2, _provider.Server.Requests.Count);
    }

    [Fact]
    public async Task A_provider_that_hangs_holds_up_nobody()
    {
        _provider.Server.Hold();
        var wanting = _rig.Open(_rig.Plan(oauth: Client, path: "wanting", timeout: TimeSpan.FromSeconds(1)));
        var other = _rig.Open(_rig.Plan(path: "other"));
        wanting.TryAccept(DeliveryRig.Message(1));
        other.TryAccept(DeliveryRig.Message(2));
        var requests = await _rig.Endpoint.WhenReceivedAsync(2);
        Assert.Equal(["/other", "/wanting"], requests.Select(request => request.Target)); // after its patience, as Hermes: without one
        Assert.All(requests, request => Assert.Null(request.Header("Authorization")));
    }

    [Fact]
    public async Task A_provider_that_changed_is_asked_again()
    {
        var delivery = _rig.Open(_rig.Plan(oauth: Client));
        delivery.TryAccept(DeliveryRig.Message(1));
        await _rig.Settlements.WhenAsync(1);
        _providers.Set(_provider.Document(clientId: "other"));
        delivery.TryAccept(DeliveryRig.Message(2));
        await _rig.Settlements.WhenAsync(2);
        Assert.Equal(["Bearer token-1", "Bearer token-2"], _rig.Endpoint.Requests.Select(request => request.Header("Authorization")));
        Assert.Contains("client_id=other", _provider.Server.Requests[1].Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_of_the_endpoint_win()
    {
        var address = _rig.Endpoint.Address.Replace("http://", "http://user:word@", StringComparison.Ordinal);
        _rig.Open(_rig.Plan(address: address, oauth: Client)).TryAccept(DeliveryRig.Message(1));
        Assert.StartsWith("Basic ", (await _rig.Endpoint.WhenReceivedAsync(1))[0].Header("Authorization")!, StringComparison.Ordinal);
        Assert.Empty(_provider.Server.Requests);
    }

    [Fact]
    public async Task Requests_that_fail_become_rare_and_show_no_secret()
    {
        _providers.Set(_provider.Document(initialDelay: 10_000, maxDelay: 20_000));
        _provider.Server.Answer = static _ => new ScriptedAnswer(400) { Body = "topsecret&1 is wrong" };
        _rig.Endpoint.Answer = static _ => 401;
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (activities) activities.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var delivery = _rig.Open(_rig.Plan(oauth: new("idp", "password", "x", "jan", "topsecret"), backoff: DeliveryRig.Backoff(1)));
        delivery.TryAccept(DeliveryRig.Message(1));
        await _rig.Endpoint.WhenReceivedAsync(20);
        await delivery.DisposeAsync();
        Assert.Single(_provider.Server.Requests);
        Assert.Contains(_rig.Log.GetSnapshot(), line => line.Message.Contains("no token from the OAuth provider idp: status 400", StringComparison.Ordinal));
        Assert.DoesNotContain(_rig.Log.GetSnapshot(), line => line.Message.Contains("secret", StringComparison.Ordinal));
        lock (activities)
            Assert.DoesNotContain(activities.SelectMany(activity => activity.TagObjects), tag => tag.Value?.ToString()?.Contains("secret", StringComparison.Ordinal) is true);
    }

    [Fact]
    public async Task A_provider_that_is_not_known_is_named()
    {
        _rig.Open(_rig.Plan(oauth: Client with { Provider = "nobody" })).TryAccept(DeliveryRig.Message(1));
        Assert.Null((await _rig.Endpoint.WhenReceivedAsync(1))[0].Header("Authorization"));
        Assert.Contains(_rig.Log.GetSnapshot(), line => line.Message.Contains("nobody: there is no such provider", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_is_renewed_before_it_ends_and_not_used_after()
    {
        var clock = new FakeTimeProvider();
        _provider.ExpiresIn = 100;
        var token = new SubscriptionToken("g.t$s", Client, _providers, _rig.Engine.Tokens, clock, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Equal("Bearer token-1", await TokenAsync(token));
        clock.Advance(TimeSpan.FromSeconds(79));
        Assert.Equal("Bearer token-1", await TokenAsync(token));
        Assert.Single(_provider.Server.Requests);
        _provider.Server.Hold();
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("Bearer token-1", await TokenAsync(token)); // good still, while the next one is asked for
        await _provider.Server.WhenReceivedAsync(2);
        clock.Advance(TimeSpan.FromSeconds(20));
        var waiting = TokenAsync(token);
        Assert.False(waiting.IsCompleted);
        _provider.Server.Release();
        Assert.Equal("Bearer token-2", await waiting);
    }

    private static Task<string?> TokenAsync(SubscriptionToken token) => token.GetAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken).AsTask();
}
