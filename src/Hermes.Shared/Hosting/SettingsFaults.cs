using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hermes.Shared.Hosting;

/// <summary>Finds what is wrong with the settings of a process, over all sections at once, before anything is started.</summary>
public static class SettingsFaults
{
    /// <summary>Checks every settings type of ours that has rules. Nothing but the settings is built.</summary>
    /// <param name="services">All registrations of the process.</param>
    /// <returns>Each fault, by the setting's name; none when the process may start.</returns>
    public static IReadOnlyList<string> Find(IServiceCollection services)
    {
        var checkedTypes = services.Select(s => s.ServiceType)
            .Where(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(IValidateOptions<>))
            .Select(t => t.GenericTypeArguments[0])
            .Where(t => t.Namespace?.StartsWith("Hermes.", StringComparison.Ordinal) is true)
            .Distinct();
        using var provider = services.BuildServiceProvider();
        var faults = new List<string>();
        foreach (var type in checkedTypes)
        {
            var options = typeof(IOptions<>).MakeGenericType(type);
            try
            {
                options.GetProperty(nameof(IOptions<>.Value))!.GetMethod!
                    .Invoke(provider.GetRequiredService(options), BindingFlags.DoNotWrapExceptions, null, null, null);
            }
            catch (OptionsValidationException e)
            {
                faults.AddRange(e.Failures);
            }
            catch (InvalidOperationException e) when (e.Source is "Microsoft.Extensions.Configuration.Binder")
            {
                faults.Add(e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message);
            }
        }
        return faults;
    }
}
