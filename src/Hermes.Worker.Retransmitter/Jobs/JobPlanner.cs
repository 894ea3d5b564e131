using Hermes.Delivery;
using Hermes.Shared.Jobs;
using Hermes.Shared.Registry;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>Works out what a job comes to, by the registry and the broker as they are now.</summary>
internal sealed class JobPlanner(RegistryReader registry, RewindPlanner rewinds, ReplayPlanner replays)
{
    /// <exception cref="JobRefusedException">It cannot be done; says why.</exception>
    public async Task<JobPlan> PlanAsync(string id, JobRequest request, DateTimeOffset createdAt, CancellationToken cancellationToken)
    {
        try
        {
            var subscription = await registry.SubscriptionAsync(request.Subscription, cancellationToken);
            var topic = await registry.TopicAsync(request.Subscription.Topic, cancellationToken);
            if (request.Document.Mode == JobModes.Rewind)
                return new(subscription, await rewinds.PlanAsync(request, topic, createdAt), null);
            if (Support.Check(ReplaySubscription.Lay(subscription.Document, request.Document, id), topic.Document) is { } reason)
                throw new JobRefusedException($"It cannot be delivered: {reason}.");
            return new(subscription, [], new() { Ranges = await replays.PlanAsync(request, subscription, topic, createdAt) });
        }
        catch (RegistryException e)
        {
            throw new JobRefusedException(e.Message, e);
        }
    }
}
