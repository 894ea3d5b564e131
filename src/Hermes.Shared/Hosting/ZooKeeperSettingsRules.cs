using Hermes.Shared.Tls;
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
            if (options.Tls)
                ZooKeeperTlsFiles.Read(options);
            options.ToOptions(tls: null).Validate();
        }
        catch (ArgumentException e)
        {
            faults.Add($"{ZooKeeperSettings.Section}: {e.Message}");
        }
        catch (TlsFileException e)
        {
            faults.Add(e.Message);
        }
        if (!options.Tls && (options.TlsCaFiles.Count > 0 || options.TlsClientCertificate is not null))
            faults.Add($"{ZooKeeperSettings.Section}:TlsCaFiles and {ZooKeeperSettings.Section}:TlsClientCertificate need {ZooKeeperSettings.Section}:Tls=true beside them.");
        if (options.TlsClientCertificate is null && (options.TlsClientKey ?? options.TlsClientPassword ?? options.TlsClientPasswordFile) is not null)
            faults.Add($"{ZooKeeperSettings.Section}:TlsClientKey and {ZooKeeperSettings.Section}:TlsClientPassword need {ZooKeeperSettings.Section}:TlsClientCertificate beside them.");
        if (options.Password is not null && options.User is null)
            faults.Add($"{ZooKeeperSettings.Section}:Password needs {ZooKeeperSettings.Section}:User beside it.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
