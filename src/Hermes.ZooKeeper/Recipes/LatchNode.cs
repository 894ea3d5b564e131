using System.Globalization;

namespace Hermes.ZooKeeper.Recipes;

/// <summary>The name of a candidate's node as Curator writes it: <c>_c_{uuid}-latch-{ten digits}</c>.</summary>
internal readonly record struct LatchNode(string Name, int Sequence)
{
    private const string Marker = "latch-";

    public static string PrefixOf(Guid id) => $"_c_{id:d}-{Marker}";

    /// <summary>The candidates in the order in which they lead. Names that are not a candidate's are left out.</summary>
    public static List<LatchNode> InOrder(IEnumerable<string> names)
    {
        var nodes = new List<LatchNode>();
        foreach (var name in names)
        {
            var at = name.LastIndexOf(Marker, StringComparison.Ordinal);
            if (at >= 0 && int.TryParse(name.AsSpan(at + Marker.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var sequence))
                nodes.Add(new(name, sequence));
        }
        // The server's counter is signed and may wrap; the distance does not care.
        nodes.Sort((a, b) => unchecked(a.Sequence - b.Sequence));
        return nodes;
    }
}
