using Hermes.Delivery.Endpoints;

namespace Hermes.Delivery.Sending;

/// <summary>Which targets are done with one broadcast message: they took it, or refused it for good. They are not sent it again.</summary>
/// <param name="message">The message; what took it from an earlier owner of its partition is done too.</param>
internal sealed class ReachedTargets(Message message)
{
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private readonly List<Target> _untold = [];

    /// <summary>How a target refused it, the first that did; null when none did.</summary>
    public string? Refusal { get; private set; }

    public bool Contains(Target target) => _done.Contains(target.Key) || (message.ReachedBefore.Count > 0 && message.ReachedBefore.Contains(target.Mark));

    public void Add(Target target, Outcome outcome)
    {
        if (outcome.Verdict is Verdict.Retry) return;
        _done.Add(target.Key);
        if (outcome.Verdict is Verdict.Discard) Refusal ??= $"{outcome.Reason} from {target.Shown}";
        else _untold.Add(target);
    }

    /// <summary>Has it written down who took the message, while others have not.</summary>
    public void Tell(ISettlements settlements)
    {
        foreach (var target in _untold) settlements.Reached(message, target.Mark);
        _untold.Clear();
    }
}
