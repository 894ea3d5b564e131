using Hermes.Shared.Registry;

namespace Hermes.Shared.Jobs;

/// <summary>A subscription as a replay delivers to it: its own policy, with what the job asks for laid over it.</summary>
public static class ReplaySubscription
{
    /// <summary>The request header that tells a replay's deliveries from live ones; it holds the job's id.</summary>
    public const string IdHeader = "Hermes-Retransmission-Id";

    /// <summary>The document to deliver by.</summary>
    /// <param name="subscription">As it is registered.</param>
    /// <param name="job">What the job asks for.</param>
    /// <param name="id">The job.</param>
    public static SubscriptionDocument Lay(SubscriptionDocument subscription, JobDocument job, string id)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(job);
        var own = (subscription.Headers ?? []).Where(h => !h.Name.Equals(IdHeader, StringComparison.OrdinalIgnoreCase));
        var policy = subscription.SubscriptionPolicy ?? new();
        return subscription with
        {
            Headers = [.. own, new() { Name = IdHeader, Value = id }],
            Filters = [.. subscription.Filters ?? [], .. job.Filters ?? []],
            SubscriptionPolicy = job.Rate is { } cap ? policy with { Rate = Math.Min(policy.Rate ?? SubscriptionPolicy.DefaultRate, cap) } : policy,
        };
    }
}
