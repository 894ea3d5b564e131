using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace Hermes.Architecture.Tests.Settings;

/// <summary>The reference of one section, as Markdown: what it is, who reads it, and each setting.</summary>
internal static partial class SettingsTable
{
    public static string Write(SettingsSection section, IReadOnlyList<string> readers)
    {
        var defaults = section.Defaults();
        var page = new StringBuilder();
        var summary = Docstrings.Of(section.Type).Replace($", bound from `{section.Path}`", "", StringComparison.Ordinal);
        page.Append(CultureInfo.InvariantCulture, $"{summary} Read by: {string.Join(", ", readers)}.\n\n");
        page.Append("| setting, variable | kind | default | limits | meaning |\n| --- | --- | --- | --- | --- |\n");
        foreach (var setting in section.Settings)
        {
            var name = $"{section.Path}:{setting.Name}";
            var shown = name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];
            page.Append(CultureInfo.InvariantCulture,
                $"| `{shown}`<br>`{Variable(name, setting)}` | {Kind(setting.PropertyType)} | {Default(setting, defaults)} | {Limits(setting)} | {Meaning(setting)} |\n");
        }
        return page.ToString();
    }

    /// <summary>As the environment has it; what is many has a place or a name at the end.</summary>
    private static string Variable(string name, PropertyInfo setting)
    {
        var variable = $"HERMES_{name.Replace(":", "__", StringComparison.Ordinal)}";
        return IsByName(setting.PropertyType) ? $"{variable}__<name>" : IsList(setting.PropertyType) ? $"{variable}__0" : variable;
    }

    private static string Kind(Type type)
    {
        var kind = Nullable.GetUnderlyingType(type) ?? type;
        return kind switch
        {
            _ when kind == typeof(string) => "text",
            _ when kind == typeof(bool) => "`true`, `false`",
            _ when kind == typeof(TimeSpan) => "time",
            _ when kind == typeof(int) || kind == typeof(long) => "whole number",
            _ when kind == typeof(double) => "number",
            { IsEnum: true } => string.Join(", ", Enum.GetNames(kind).Select(n => $"`{n}`")),
            _ when IsByName(kind) => "texts by name",
            _ when IsList(kind) => "list of texts",
            _ => throw new InvalidOperationException($"{kind} has no name on the page yet."),
        };
    }

    /// <summary>The value of a fresh instance; where it has none and the docstring tells of one, the docstring's.</summary>
    private static string Default(PropertyInfo setting, object defaults) => setting.GetValue(defaults) switch
    {
        null or "" or ICollection { Count: 0 } => Docstrings.Of(setting).Contains("Default: ", StringComparison.Ordinal) ? "see there" : "none",
        bool yes => yes ? "`true`" : "`false`",
        TimeSpan time => $"`{Text(time)}`",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        var other => $"`{other}`",
    };

    private static string Limits(PropertyInfo setting)
    {
        if (setting.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            var (least, most) = (Bound(range.Minimum, range), Bound(range.Maximum, range));
            return range.Maximum is int.MaxValue or >= (double)long.MaxValue ? $"`{least}` and more" : $"`{least}` to `{most}`";
        }
        return setting.GetCustomAttribute<UrlAttribute>() is not null ? "an address" : setting.GetCustomAttribute<RequiredAttribute>() is not null ? "not empty" : "";
    }

    private static string Bound(object bound, RangeAttribute range) => range.OperandType == typeof(TimeSpan)
        ? Text(TimeSpan.Parse((string)bound, CultureInfo.InvariantCulture)) : Convert.ToString(bound, CultureInfo.InvariantCulture)!;

    private static string Text(TimeSpan time)
    {
        var text = time.ToString("c", CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) && time.Ticks % TimeSpan.TicksPerSecond != 0 ? text.TrimEnd('0') : text;
    }

    /// <summary>The docstring, without the default where that only repeats the column; then what each choice means.</summary>
    private static string Meaning(PropertyInfo setting)
    {
        var meaning = new StringBuilder(PlainDefault().Replace(Docstrings.Of(setting), ""));
        if ((Nullable.GetUnderlyingType(setting.PropertyType) ?? setting.PropertyType) is { IsEnum: true } choice)
        {
            foreach (var name in Enum.GetNames(choice))
                meaning.Append(CultureInfo.InvariantCulture, $" `{name}`: {LowerFirst(Docstrings.Of(choice.GetField(name)!))}");
        }
        return meaning.Replace("|", "\\|").ToString();
    }

    private static string LowerFirst(string text) => text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;

    private static bool IsByName(Type type) => typeof(IDictionary<string, string>).IsAssignableFrom(type);

    private static bool IsList(Type type) => type != typeof(string) && typeof(IEnumerable<string>).IsAssignableFrom(type);

    [GeneratedRegex("(?<=[.;)]) Default (?:every )?(?:`[^`]+`|[^ ;:,]+(?: [A-Za-z%0-9]+)?)\\.$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainDefault();
}
