namespace Hermes.Delivery.Tls;

/// <summary>A file of certificates or keys cannot be used; names the setting, the file and why, and nothing that is in it.</summary>
internal sealed class TlsFileException(string setting, string file, string why, Exception? inner = null)
    : IOException($"{DeliveryOptions.Section}:{setting}: the file {file} cannot be used: {why}", inner);
