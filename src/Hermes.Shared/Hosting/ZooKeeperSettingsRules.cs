using Hermes.ZooKeeper;
using Microsoft.Extensions.Options;

namespace Hermes.Shared.Hosting;

/// <summary>The rules of <see cref="ZooKeeperSettings"/> that are more than one property's.</summary>
internal sealed class ZooKeeperSettingsRules : IValidateOptions<ZooKeeperSettings>
{
    public ValidateOptionsResult Validate(string? name, ZooKeeperSettings options)
    {
        List<string> faults = [];
        try
        {
            options.ToOptions().Validate();
        }
        catch (ArgumentException e)
        {
            faults.Add($"{ZooKeeperSettings.Section}: {e.Message}");
        }
        if (options.Password is not null && options.User is null)
            faults.Add($"{ZooKeeperSettings.Section}:Password needs {ZooKeeperSettings.Section}:User beside it.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
