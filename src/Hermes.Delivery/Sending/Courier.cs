using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Hermes.Delivery.Endpoints;
using Hermes.Delivery.Networks;
using Hermes.Delivery.OAuth;
using Hermes.Delivery.Signing;

namespace Hermes.Delivery.Sending;

/// <summary>Takes the messages of one subscription to where they go: finds the addresses, adds token and signature, sends, judges.</summary>
internal sealed class Courier(DeliveryEngine engine)
{
    private readonly Lock _gate = new();
    private SubscriptionToken? _token;

    /// <summary>Gets ready for a plan: the first message need not wait for a token.</summary>
    public void Prepare(DeliveryPlan plan)
    {
        if (plan.OAuth is { } grant) TokenFor(plan, grant).Prepare();
    }

    /// <summary>One attempt.</summary>
    /// <exception cref="OperationCanceledException">Cut off by the token.</exception>
    public ValueTask<Outcome> SendAsync(Errand errand, CancellationToken cancellationToken) =>
        errand.Plan.OAuth is { } grant
            ? SendWithTokenAsync(errand, TokenFor(errand.Plan, grant), cancellationToken)
            : SendToAllAsync(errand, bearer: null, cancellationToken);

    private async ValueTask<Outcome> SendWithTokenAsync(Errand errand, SubscriptionToken token, CancellationToken cancellationToken)
    {
        var bearer = await token.GetAsync(errand.Plan.AttemptTimeout / 2, cancellationToken);
        var outcome = await SendToAllAsync(errand, bearer, cancellationToken);
        token.Report(outcome.Verdict is Verdict.Delivered, outcome.Unauthorized, bearer);
        return outcome;
    }

    private ValueTask<Outcome> SendToAllAsync(Errand errand, string? bearer, CancellationToken cancellationToken) =>
        errand.Plan.Broadcast is { } list
            ? BroadcastAsync(errand, list, bearer, cancellationToken)
            : SendOneAsync(errand, target: null, bearer, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> SendOneAsync(Errand errand, Target? target, string? bearer, CancellationToken cancellationToken)
    {
        var (plan, parcel, trace) = errand;
        var fault = RequestBuilder.TryBuild(plan, parcel.Message, parcel.Attempts, target, trace, out var request);
        if (fault is null && (bearer is not null || plan.Signing is not null))
        {
            var own = new List<KeyValuePair<string, string>>(request.Own);
            if (bearer is not null) own.Add(new("Authorization", bearer));
            fault = plan.Signing is { } names ? engine.SigningKeys.TrySign(names, WebhookSignature.IdOf(parcel.Message), parcel.Message.Body.Span, own) : null;
            request = request with { Own = own };
        }

        return fault is not null
            ? Outcome.Failed("request", fault)
            : AnswerRules.Judge(await engine.Sender.SendAsync(request, cancellationToken), plan.RetryClientErrors, plan.RetryUnauthorized, engine.Clock);
    }

    private async ValueTask<Outcome> BroadcastAsync(Errand errand, BroadcastList list, string? bearer, CancellationToken cancellationToken)
    {
        IReadOnlyList<Target> targets;
        try
        {
            targets = await list.ResolveAsync(engine.Connector, engine.Clock, cancellationToken);
        }
        catch (AddressRefusedException e)
        {
            return Outcome.Failed("AddressRefused", e.Message);
        }
        catch (SocketException)
        {
            return Outcome.Failed(nameof(HttpRequestError.NameResolutionError));
        }

        if (targets.Count == 0) return Outcome.Failed("no-address", "there is no address to broadcast to");
        var reached = errand.Parcel.Reached ??= new ReachedTargets(errand.Parcel.Message);
        var left = targets.Where(target => !reached.Contains(target)).ToArray();
        // What some have taken is remembered although others are cut off.
        var outcomes = await Task.WhenAll(left.Select(target => SendOrFailAsync(errand, target, bearer, cancellationToken)));
        for (var i = 0; i < left.Length; i++) reached.Add(left[i], outcomes[i]);
        return Combined(targets.Count, left, outcomes, reached);
    }

    private async Task<Outcome> SendOrFailAsync(Errand errand, Target target, string? bearer, CancellationToken cancellationToken)
    {
        try
        {
            return await SendOneAsync(errand, target, bearer, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return Outcome.Failed("timeout");
        }
    }

    private static Outcome Combined(int count, Target[] sent, Outcome[] outcomes, ReachedTargets reached)
    {
        var first = Array.FindIndex(outcomes, outcome => outcome.Verdict is Verdict.Retry);
        if (first < 0)
        {
            return reached.Refusal is { } refusal
                ? new Outcome(Verdict.Discard, Status: 0, RetryAfter: null, "refused-by-target") { Detail = refusal }
                : new Outcome(Verdict.Delivered, outcomes is [.., var last] ? last.Status : 200, RetryAfter: null, Fault: null);
        }

        var failed = outcomes.Count(outcome => outcome.Verdict is Verdict.Retry);
        return outcomes[first] with
        {
            RetryAfter = outcomes.Min(outcome => outcome.RetryAfter),
            Unauthorized = outcomes.Any(outcome => outcome.Unauthorized),
            Detail = count == 1 ? outcomes[first].Detail : $"{outcomes[first].Reason} from {sent[first].Shown}; {failed} of {count} targets failed",
        };
    }

    private SubscriptionToken TokenFor(DeliveryPlan plan, OAuthGrant grant)
    {
        lock (_gate)
        {
            if (_token is { } token && token.Grant == grant) return token;
            return _token = new SubscriptionToken(plan.Name, grant, engine.OAuthProviders, engine.Tokens, engine.Clock, engine.TokenLogger);
        }
    }
}
