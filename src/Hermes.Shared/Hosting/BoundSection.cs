using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Hermes.Shared.Hosting;

/// <summary>Binds a section to settings and finds all that is wrong with it at once: names that are no settings, values of the
/// wrong kind, broken rules. Each fault has the setting's name in the configuration.</summary>
/// <remarks>The framework's binder stops at the first value that it cannot convert, and its messages do not say where it stands.</remarks>
internal sealed class BoundSection<T>(IConfigurationSection section) : IConfigureOptions<T>, IValidateOptions<T> where T : class
{
    private static readonly Dictionary<string, PropertyInfo> Settings =
        typeof(T).GetProperties().Where(p => p.CanWrite).ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);

    public void Configure(T options)
    {
        // What is wrong is left out and has its default meanwhile: it is reported, and the process does not start.
        var wrong = Unbindable().Select(f => f.Path).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var sound = section.AsEnumerable().Where(pair => !wrong.Any(path => IsAtOrBelow(pair.Key, path)));
        new ConfigurationBuilder().AddInMemoryCollection(sound).Build().GetSection(section.Path).Bind(options);
    }

    public ValidateOptionsResult Validate(string? name, T options)
    {
        var broken = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), broken, validateAllProperties: true);
        var faults = Unbindable().Select(f => f.Fault)
            .Concat(broken.Select(b => $"{section.Path}:{b.MemberNames.FirstOrDefault()}: {b.ErrorMessage}{Given(options, b.MemberNames.FirstOrDefault())}"))
            .ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<(string Path, string Fault)> Unbindable()
    {
        foreach (var child in section.GetChildren())
        {
            if (!Settings.TryGetValue(child.Key, out var setting))
                yield return (child.Path, $"{child.Path} is no setting; the section has {string.Join(", ", Settings.Keys.Order(StringComparer.Ordinal))}.");
            else if (child.Value is { } text && !CanConvert(text, setting.PropertyType))
                yield return (child.Path, $"{child.Path} must be {Kind(setting.PropertyType)}, but is '{text}'.");
        }
    }

    private static bool CanConvert(string text, Type type)
    {
        if (typeof(IEnumerable).IsAssignableFrom(type)) // text, lists, dictionaries
            return true;
        var target = Nullable.GetUnderlyingType(type) ?? type;
        if (text.Length == 0 && target != type)
            return true;
        if (target == typeof(TimeSpan) && !text.Contains(':', StringComparison.Ordinal))
            return false; // "5" would be five days
        try
        {
            return TypeDescriptor.GetConverter(target) is { } converter && converter.CanConvertFrom(typeof(string)) && converter.ConvertFromInvariantString(text) is not null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private static string Kind(Type type)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        return target switch
        {
            _ when target == typeof(TimeSpan) => "a time such as 00:00:10",
            _ when target == typeof(bool) => "true or false",
            _ when target == typeof(int) || target == typeof(long) => "a whole number",
            _ when target == typeof(double) => "a number",
            { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(target))}",
            _ => $"a {target.Name}",
        };
    }

    /// <summary>The value, for what is no text: text may be a secret, and its rule says enough.</summary>
    private static string Given(T options, string? member) =>
        member is not null && Settings.TryGetValue(member, out var setting) && setting.PropertyType != typeof(string) ? $" It is {setting.GetValue(options)}." : "";

    private static bool IsAtOrBelow(string path, string top) =>
        path.StartsWith(top, StringComparison.OrdinalIgnoreCase) && (path.Length == top.Length || path[top.Length] is ':');
}
