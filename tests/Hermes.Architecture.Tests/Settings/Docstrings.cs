using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Hermes.Architecture.Tests.Settings;

/// <summary>Docstrings of an assembly, from the XML file that the compiler writes beside it, as Markdown.</summary>
internal sealed partial class Docstrings
{
    private static readonly Dictionary<string, Docstrings> Read = new(StringComparer.Ordinal);

    private readonly Dictionary<string, XElement> _members;

    private Docstrings(string file) => _members = XDocument.Load(file).Descendants("member").ToDictionary(m => m.Attribute("name")!.Value, StringComparer.Ordinal);

    /// <summary>The summary of a type.</summary>
    public static string Of(Type type) => Find(type, $"T:{type.FullName}");

    /// <summary>The summary of a property or an enumeration's member.</summary>
    public static string Of(MemberInfo member) => Find(member.DeclaringType!, $"{(member is PropertyInfo ? 'P' : 'F')}:{member.DeclaringType!.FullName}.{member.Name}");

    private static string Find(Type type, string name)
    {
        var assembly = type.Assembly.GetName().Name!;
        if (!Read.TryGetValue(assembly, out var docstrings))
            Read[assembly] = docstrings = new(Path.Combine(AppContext.BaseDirectory, $"{assembly}.xml"));
        var summary = docstrings._members.TryGetValue(name, out var member) ? member.Element("summary") : null;
        return summary is null ? throw new InvalidOperationException($"{name} has no summary.") : Write(summary);
    }

    private static string Write(XElement summary)
    {
        var text = new StringBuilder();
        foreach (var node in summary.Nodes())
        {
            text.Append(node switch
            {
                XText words => words.Value,
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement { Name.LocalName: "see" } see when see.Attribute("cref") is { } reference => $"`{reference.Value[(reference.Value.LastIndexOf('.') + 1)..]}`",
                XElement { Name.LocalName: "see" } see when see.Attribute("langword") is { } word => $"`{word.Value}`",
                _ => throw new InvalidOperationException($"The summary holds {node}, which has no form on the page yet."),
            });
        }
        return Blanks().Replace(text.ToString().Trim(), " ");
    }

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();
}
