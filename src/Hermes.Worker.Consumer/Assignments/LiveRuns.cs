using System.Collections.Concurrent;
using Hermes.Shared.Naming;

namespace Hermes.Worker.Consumer.Assignments;

/// <summary>What this worker serves at the moment.</summary>
internal sealed class LiveRuns
{
    private readonly ConcurrentDictionary<SubscriptionName, ServingRun> _runs = new();

    /// <summary>Each of them.</summary>
    public ICollection<ServingRun> All => _runs.Values;

    public void Add(ServingRun run) => _runs[run.Subscription.Name] = run;

    public void Remove(ServingRun run) => _runs.TryRemove(new(run.Subscription.Name, run));

    public ServingRun? Find(SubscriptionName name) => _runs.GetValueOrDefault(name);
}
