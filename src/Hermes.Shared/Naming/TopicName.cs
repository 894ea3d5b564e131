using System.Diagnostics.CodeAnalysis;

namespace Hermes.Shared.Naming;

/// <summary>A topic's name: <c>group.topic</c>, split at the last dot, so that groups may contain dots and topics may not.</summary>
public sealed record TopicName
{
    /// <summary>Checks and joins the parts.</summary>
    /// <exception cref="ArgumentException">A part breaks the rule of names.</exception>
    public TopicName(string group, string name)
    {
        Group = NameRule.Check("group name", group);
        Name = NameRule.Check("topic name", name);
        if (name.Contains('.', StringComparison.Ordinal))
            throw new ArgumentException($"A topic's name must not contain a dot after its group, but is '{name}'.", nameof(name));
    }

    /// <summary>The group.</summary>
    public string Group { get; }

    /// <summary>The short name.</summary>
    public string Name { get; }

    /// <summary>Takes a qualified name apart.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static TopicName Parse(string text) => TryParse(text, out var name)
        ? name
        : throw new ArgumentException($"A topic's name must read 'group.topic', of letters, digits, '_', '.' and '-', but is '{text}'.", nameof(text));

    /// <summary>Takes a qualified name apart.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out TopicName? name)
    {
        name = null;
        if (text?.LastIndexOf('.') is not { } dot || dot <= 0 || !NameRule.Holds(text.AsSpan(0, dot)) || !NameRule.Holds(text.AsSpan(dot + 1)))
            return false;
        name = new(text[..dot], text[(dot + 1)..]);
        return true;
    }

    /// <summary>The qualified name.</summary>
    public override string ToString() => $"{Group}.{Name}";
}
