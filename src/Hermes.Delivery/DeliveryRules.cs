using System.Net;
using Hermes.Delivery.Signing;
using Hermes.Delivery.Tls;
using Microsoft.Extensions.Options;

namespace Hermes.Delivery;

/// <summary>The rules of <see cref="DeliveryOptions"/> that need more than one property's attributes.</summary>
internal sealed class DeliveryRules : IValidateOptions<DeliveryOptions>
{
    public ValidateOptionsResult Validate(string? name, DeliveryOptions options)
    {
        List<string> faults = [];
        if (options.ConnectTimeout <= TimeSpan.Zero) faults.Add("Delivery:ConnectTimeout must be longer than nothing.");
        if (options.ConnectionLifetime <= TimeSpan.Zero) faults.Add("Delivery:ConnectionLifetime must be longer than nothing.");
        if (options.ConnectionIdleTimeout <= TimeSpan.Zero) faults.Add("Delivery:ConnectionIdleTimeout must be longer than nothing.");
        if (options.DeadLetterRetention <= TimeSpan.Zero) faults.Add("Delivery:DeadLetterRetention must be longer than nothing.");
        faults.AddRange(Networks(nameof(DeliveryOptions.AllowedNetworks), options.AllowedNetworks));
        faults.AddRange(Networks(nameof(DeliveryOptions.DeniedNetworks), options.DeniedNetworks));
        if (options.TlsClientCertificate is null && (options.TlsClientKey ?? options.TlsClientPassword ?? options.TlsClientPasswordFile) is not null)
            faults.Add("Delivery:TlsClientKey and Delivery:TlsClientPassword need Delivery:TlsClientCertificate beside them.");
        Try(() => TlsMaterial.Load(options), faults);
        Try(() => SigningKeys.Load(options), faults);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void Try(Action load, List<string> faults)
    {
        try
        {
            load();
        }
        catch (IOException e)
        {
            faults.Add(e.Message);
        }
    }

    private static IEnumerable<string> Networks(string setting, IReadOnlyList<string> texts) => texts
        .Where(text => !IPNetwork.TryParse(text, out _))
        .Select(text => $"Delivery:{setting} has '{text}', which is no network such as 10.0.0.0/8 or fd00::/8.");
}
