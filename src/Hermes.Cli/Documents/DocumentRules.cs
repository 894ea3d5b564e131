using System.Text.Json.Nodes;

namespace Hermes.Cli.Documents;

/// <summary>Checks a document against rules, so that nothing is written that Hermes could not read.</summary>
internal static class DocumentRules
{
    /// <param name="document">What is to be written.</param>
    /// <param name="rules">For its members.</param>
    /// <param name="identity">Members that must say what the command names.</param>
    /// <param name="moreFaults">Found by rules over several members.</param>
    /// <exception cref="UsageException">All that is wrong, at once.</exception>
    public static void Check(
        JsonObject document, IEnumerable<MemberRule> rules, IEnumerable<(string Member, string Value)> identity, params IEnumerable<string> moreFaults)
    {
        var faults = identity.Where(i => document[i.Member]?.ToString() != i.Value)
            .Select(i => $"{i.Member} must be \"{i.Value}\", as the command names it, but is {document[i.Member]?.ToJsonString() ?? "missing"}.")
            .Concat(rules.Select(rule => rule.FaultIn(document)).OfType<string>())
            .Concat(moreFaults)
            .ToList();
        if (faults.Count > 0)
            throw new UsageException(faults);
    }

    /// <summary>The paths of members, at the top and one level down, that are neither in the template nor named as optional.</summary>
    public static IReadOnlyList<string> Unknown(JsonObject document, JsonObject template, IReadOnlyCollection<string> optional)
    {
        var unknown = new List<string>();
        foreach (var (name, value) in document)
        {
            if (template[name] is JsonObject { Count: > 0 } known && value is JsonObject inner)
                unknown.AddRange(inner.Select(member => member.Key).Where(key => !known.ContainsKey(key)).Select(key => $"{name}.{key}"));
            else if (!template.ContainsKey(name))
                unknown.Add(name);
        }
        return [.. unknown.Except(optional, StringComparer.Ordinal)];
    }
}
