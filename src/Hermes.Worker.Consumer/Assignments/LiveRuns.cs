using System.Collections.Concurrent;
using Hermes.Shared.Hosting;
using Hermes.Shared.Naming;

namespace Hermes.Worker.Consumer.Assignments;

/// <summary>What this worker serves at the moment.</summary>
internal sealed class LiveRuns
{
    private readonly ConcurrentDictionary<SubscriptionName, ServingRun> _runs = new();
    private readonly ConcurrentDictionary<Nudge, byte> _listeners = new();

    /// <summary>Each of them.</summary>
    public ICollection<ServingRun> All => _runs.Values;

    public void Add(ServingRun run)
    {
        _runs[run.Subscription.Name] = run;
        Tell();
    }

    /// <summary>Has a nudge given when one begins or changes.</summary>
    public void Listen(Nudge nudge) => _listeners[nudge] = 0;

    /// <summary>Ends it.</summary>
    public void Unlisten(Nudge nudge) => _listeners.TryRemove(nudge, out _);

    /// <summary>Says that one has changed.</summary>
    public void Tell()
    {
        foreach (var listener in _listeners.Keys)
            listener.Give();
    }

    public void Remove(ServingRun run) => _runs.TryRemove(new(run.Subscription.Name, run));

    public ServingRun? Find(SubscriptionName name) => _runs.GetValueOrDefault(name);
}
