using Confluent.Kafka;
using Hermes.Delivery.DeadLetters;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.Tests.DeadLetters;

/// <summary>Keeps letters; refuses or holds them as a test asks.</summary>
internal sealed class ScriptedLetterBox : ILetterBox
{
    private readonly Lock _gate = new();
    private readonly List<(string Topic, Message<byte[]?, byte[]?> Letter)> _written = [];
    private readonly List<Action> _waiting = [];

    /// <summary>Why it takes nothing; null: it does.</summary>
    public string? Fault { get; set; }

    /// <summary>Letters wait for <see cref="Answer"/>.</summary>
    public bool Holds { get; set; }

    public int Waiting
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    public IReadOnlyList<(string Topic, Message<byte[]?, byte[]?> Letter)> Written
    {
        get
        {
            lock (_gate) return [.. _written];
        }
    }

    public string TopicOf(SubscriptionName subscription, DeadLetterExtensions asked) => asked.Topic ?? "default";

    public void Post(string topic, Message<byte[]?, byte[]?> letter, Action<string?> done)
    {
        lock (_gate)
        {
            if (Holds)
            {
                _waiting.Add(() => End(topic, letter, done));
                return;
            }
        }

        End(topic, letter, done);
    }

    /// <summary>Answers all that wait.</summary>
    public void Answer()
    {
        List<Action> answers;
        lock (_gate)
        {
            Holds = false;
            answers = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var answer in answers) answer();
    }

    private void End(string topic, Message<byte[]?, byte[]?> letter, Action<string?> done)
    {
        if (Fault is null)
            lock (_gate)
                _written.Add((topic, letter));
        done(Fault);
    }
}
