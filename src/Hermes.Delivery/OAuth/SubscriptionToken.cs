using Hermes.Delivery.Telemetry;
using Hermes.Shared.Registry;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery.OAuth;

/// <summary>
/// The token of one subscription. One request at a time gets it for all who wait; who waits too long goes without; a token is renewed
/// before it ends, at a 401, and when its provider's document changes.
/// </summary>
internal sealed partial class SubscriptionToken(
    string subscription, OAuthGrant grant, IOAuthProviders? providers, TokenClient client, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan NamedEvery = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private OAuthProviderDocument? _provider;
    private TokenRequestLimit? _limit;
    private string? _bearer;
    private bool _rejected;
    private long _renewAt = long.MaxValue;
    private long _endsAt = long.MaxValue;
    private Task? _refresh;
    private long? _named;

    public OAuthGrant Grant => grant;

    /// <summary>The value of <c>Authorization</c>, after a wait for it if it is just being asked for; null when there is none to be had.</summary>
    /// <param name="patience">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait, by an exception.</param>
    public ValueTask<string?> GetAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        Task? refresh;
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            FollowProvider();
            if (now >= _endsAt) Forget();
            if (_bearer is null || _rejected || now >= _renewAt) TryRefresh(now);
            if (_bearer is { } bearer && !_rejected) return ValueTask.FromResult<string?>(bearer);
            refresh = _refresh;
            if (refresh is null) return ValueTask.FromResult(_bearer); // no leave to ask now: as Hermes, with what there is
        }

        return WaitAsync(refresh, patience, cancellationToken);
    }

    /// <summary>Asks for a token ahead of the first message.</summary>
    public void Prepare()
    {
        lock (_gate)
        {
            FollowProvider();
            if (_bearer is null) TryRefresh(clock.GetTimestamp());
        }
    }

    /// <summary>What an endpoint said to a request that carried <paramref name="bearer"/>.</summary>
    public void Report(bool delivered, bool unauthorized, string? bearer)
    {
        lock (_gate)
        {
            if (delivered) _limit?.Reset();
            // Whoever was sent with an older token learns nothing about this one.
            if (unauthorized && string.Equals(bearer, _bearer, StringComparison.Ordinal)) _rejected = true;
            if (!delivered && (_bearer is null || _rejected)) TryRefresh(clock.GetTimestamp());
        }
    }

    private async ValueTask<string?> WaitAsync(Task refresh, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await refresh.WaitAsync(patience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The provider takes its time; the message does not wait for it longer.
        }

        lock (_gate) return _bearer;
    }

    // Under the lock.
    private void FollowProvider()
    {
        var now = providers?.Find(grant.Provider);
        if (ReferenceEquals(now, _provider)) return;
        _provider = now;
        _limit = now is null ? null : new TokenRequestLimit(
            TimeSpan.FromMilliseconds(now.TokenRequestInitialDelay), TimeSpan.FromMilliseconds(now.TokenRequestMaxDelay), clock.TimestampFrequency);
        _refresh = null; // whatever is still on its way from the one before is nobody's
        Forget();
    }

    // Under the lock.
    private void Forget() => (_bearer, _rejected, _renewAt, _endsAt) = (null, false, long.MaxValue, long.MaxValue);

    // Under the lock.
    private void TryRefresh(long now)
    {
        if (_refresh is not null) return;
        if (_provider is null) NameFault("there is no such provider");
        else if (_limit!.TryTake(now)) _refresh = Task.Run(() => RefreshAsync(_provider));
    }

    private async Task RefreshAsync(OAuthProviderDocument provider)
    {
        var answer = await client.RequestAsync(provider, grant);
        lock (_gate)
        {
            if (!ReferenceEquals(provider, _provider)) return;
            _refresh = null;
            if (answer.Token is null)
            {
                NameFault(answer.Fault!);
                return;
            }

            var now = clock.GetTimestamp();
            (_bearer, _rejected, _named) = ("Bearer " + answer.Token, false, null);
            (_renewAt, _endsAt) = answer.Lifetime is { } lifetime ? (After(now, lifetime - Margin(lifetime)), After(now, lifetime)) : (long.MaxValue, long.MaxValue);
        }
    }

    private static TimeSpan Margin(TimeSpan lifetime) => lifetime / 5 < LongestMargin ? lifetime / 5 : LongestMargin;

    private long After(long from, TimeSpan time) => from + (long)(time.TotalSeconds * clock.TimestampFrequency);

    // Under the lock. Once a minute: with a provider that is away, every message would say so.
    private void NameFault(string fault)
    {
        var now = clock.GetTimestamp();
        if (_named is { } last && clock.GetElapsedTime(last, now) < NamedEvery) return;
        _named = now;
        Log.NoToken(logger, subscription, grant.Provider, fault);
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.NoToken, LogLevel.Warning, "{Subscription} got no token from the OAuth provider {Provider}: {Fault}; its messages go out without a new one")]
        public static partial void NoToken(ILogger logger, string subscription, string provider, string fault);
    }
}
