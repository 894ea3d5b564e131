namespace Hermes.Shared.Tls;

/// <summary>A file of certificates or keys cannot be used; names the setting, the file and why, and nothing that is in it.</summary>
/// <param name="setting">With its section: <c>Delivery:TlsCaFiles</c>.</param>
/// <param name="file">The file.</param>
/// <param name="why">What is wrong with it.</param>
/// <param name="inner">What the file system or the reader said.</param>
public sealed class TlsFileException(string setting, string file, string why, Exception? inner = null)
    : IOException($"{setting}: the file {file} cannot be used: {why}", inner);
