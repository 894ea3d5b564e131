using Hermes.Delivery.Endpoints;

namespace Hermes.Delivery.Sending;

/// <summary>Which targets are done with one broadcast message: they took it, or refused it for good. They are not sent it again.</summary>
internal sealed class ReachedTargets
{
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);

    /// <summary>How a target refused it, the first that did; null when none did.</summary>
    public string? Refusal { get; private set; }

    public bool Contains(Target target) => _done.Contains(target.Key);

    public void Add(Target target, Outcome outcome)
    {
        if (outcome.Verdict is Verdict.Retry) return;
        _done.Add(target.Key);
        if (outcome.Verdict is Verdict.Discard) Refusal ??= $"{outcome.Reason} from {target.Shown}";
    }
}
