using System.Reflection;

namespace Hermes.Architecture.Tests.Settings;

/// <summary>A type of settings and its section of the configuration, which it names in its constant <c>Section</c>.</summary>
internal sealed record SettingsSection(string Path, Type Type)
{
    private static readonly string[] Assemblies =
        ["Hermes.Shared", "Hermes.Delivery", "Hermes.Intake", "Hermes.Worker.Consumer", "Hermes.Worker.Retransmitter", "Hermes.Worker.Janitor"];

    /// <summary>All that the programs have.</summary>
    public static IReadOnlyList<SettingsSection> All { get; } =
        [.. Assemblies.SelectMany(a => Assembly.Load(a).GetTypes())
            .Select(t => (Type: t, Section: t.GetField("Section", BindingFlags.Public | BindingFlags.Static)))
            .Where(t => t.Section is { IsLiteral: true })
            .Select(t => new SettingsSection((string)t.Section!.GetRawConstantValue()!, t.Type))
            .OrderBy(s => s.Path, StringComparer.Ordinal)];

    /// <summary>Its settings in the order of the type; what is a section of its own is left out.</summary>
    public IEnumerable<PropertyInfo> Settings => Type.GetProperties().Where(p => p.CanWrite && All.All(s => s.Type != p.PropertyType));

    /// <summary>An instance with nothing but defaults.</summary>
    public object Defaults() => Activator.CreateInstance(Type)!;
}
