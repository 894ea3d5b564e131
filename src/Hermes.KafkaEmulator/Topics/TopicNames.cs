namespace Hermes.KafkaEmulator.Topics;

/// <summary>Kafka's rules for names of topics.</summary>
internal static class TopicNames
{
    private const int Longest = 249;

    /// <summary>What is wrong with a name; null when nothing is.</summary>
    public static string? Fault(string name)
    {
        if (name.Length == 0)
            return "Topic name is invalid: the empty string is not allowed";
        if (name is "." or "..")
            return $"Topic name is invalid: '{name}' is not allowed";
        if (name.Length > Longest)
            return $"Topic name is invalid: the length of '{name}' is longer than the max allowed length {Longest}";
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? null
            : $"Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
    }

    /// <summary>Names that differ in dots and underscores only share the name of a metric in Kafka, which refuses the second.</summary>
    public static bool Collide(string one, string other) => Plain(one) == Plain(other);

    private static string Plain(string name) => name.Replace('.', '_');
}
