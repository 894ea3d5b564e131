using System.Buffers;

namespace Hermes.Shared.Naming;

/// <summary>The rule of Hermes's names: <c>[a-zA-Z0-9_.-]+</c>, and no dot in a topic's short name, since the qualified
/// name is split at its last one.</summary>
internal static class NameRule
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    public static bool Holds(ReadOnlySpan<char> name) =>
        !name.IsEmpty && !name.ContainsAnyExcept(Allowed) && name is not ("." or "..");

    public static string Check(string what, string name) => Holds(name)
        ? name
        : throw new ArgumentException($"A {what} must consist of letters, digits, '_', '.' and '-', but is '{name}'.", nameof(name));
}
