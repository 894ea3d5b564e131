using System.Diagnostics.CodeAnalysis;

namespace Hermes.Shared.Naming;

/// <summary>A subscription's name: <c>group.topic$subscription</c>.</summary>
public sealed record SubscriptionName
{
    /// <summary>Checks and joins the parts.</summary>
    /// <exception cref="ArgumentException">The short name breaks the rule of names.</exception>
    public SubscriptionName(TopicName topic, string name) => (Topic, Name) = (topic, NameRule.Check("subscription name", name));

    /// <summary>The topic.</summary>
    public TopicName Topic { get; }

    /// <summary>The short name.</summary>
    public string Name { get; }

    /// <summary>Takes a qualified name apart.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static SubscriptionName Parse(string text) => TryParse(text, out var name)
        ? name
        : throw new ArgumentException($"A subscription's name must read 'group.topic$subscription', but is '{text}'.", nameof(text));

    /// <summary>Takes a qualified name apart.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SubscriptionName? name)
    {
        name = null;
        var dollar = text?.IndexOf('$', StringComparison.Ordinal) ?? -1;
        if (dollar < 0 || !TopicName.TryParse(text![..dollar], out var topic) || !NameRule.Holds(text.AsSpan(dollar + 1)))
            return false;
        name = new(topic, text[(dollar + 1)..]);
        return true;
    }

    /// <summary>The qualified name.</summary>
    public override string ToString() => $"{Topic}${Name}";
}
