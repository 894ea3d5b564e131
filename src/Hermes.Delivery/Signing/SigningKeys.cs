using System.Collections.Frozen;
using System.Globalization;
using Hermes.Delivery.Telemetry;
using Hermes.Delivery.Tls;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery.Signing;

/// <summary>The signing secrets of the settings by their names; those in files are read again when they change.</summary>
internal sealed partial class SigningKeys : IDisposable
{
    private readonly DeliveryOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly FileChanges _changes;
    private volatile FrozenDictionary<string, byte[][]> _keys;

    /// <exception cref="IOException">A secret cannot be used; names it and says nothing of its value.</exception>
    public SigningKeys(DeliveryOptions options, ILogger logger, TimeProvider clock)
    {
        (_options, _logger, _clock) = (options, logger, clock);
        _keys = Load(options);
        _changes = new FileChanges([.. options.SigningSecretFiles.Values], options.FileLookInterval, Reload, clock);
    }

    /// <summary>Adds the headers of a signature, made at this moment.</summary>
    /// <param name="names">The secrets that sign.</param>
    /// <param name="id">The id of what is sent, the same at each attempt.</param>
    /// <param name="body">Its bytes.</param>
    /// <param name="headers">Where they are added.</param>
    /// <returns>Why it cannot be signed, and so must not be sent; null when it is.</returns>
    public string? TrySign(IReadOnlyList<string> names, string id, ReadOnlySpan<byte> body, List<KeyValuePair<string, string>> headers)
    {
        var keys = new List<byte[]>(names.Count);
        foreach (var name in names)
        {
            if (!_keys.TryGetValue(name, out var found)) return $"the signing secret '{name}' is not among this worker's settings";
            keys.AddRange(found);
        }

        var timestamp = _clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        headers.Add(new(WebhookSignature.IdHeader, id));
        headers.Add(new(WebhookSignature.TimestampHeader, timestamp));
        headers.Add(new(WebhookSignature.SignatureHeader, WebhookSignature.Sign(id, timestamp, body, keys)));
        return null;
    }

    /// <exception cref="IOException">A secret cannot be used.</exception>
    public static FrozenDictionary<string, byte[][]> Load(DeliveryOptions options)
    {
        var keys = new Dictionary<string, byte[][]>(StringComparer.Ordinal);
        foreach (var (name, text) in options.SigningSecrets) keys[name] = Read(nameof(DeliveryOptions.SigningSecrets), name, text);
        foreach (var (name, file) in options.SigningSecretFiles)
        {
            if (keys.ContainsKey(name)) throw new IOException($"Delivery:SigningSecretFiles:{name} stands in Delivery:SigningSecrets as well.");
            keys[name] = Read(nameof(DeliveryOptions.SigningSecretFiles), name, Text(name, file));
        }

        return keys.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public void Dispose() => _changes.Dispose();

    private static string Text(string name, string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"Delivery:SigningSecretFiles:{name}: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new IOException($"Delivery:SigningSecretFiles:{name}: {e.Message}", e);
        }
    }

    private static byte[][] Read(string setting, string name, string text) =>
        SigningSecret.TryRead(text, out var keys) is { } fault ? throw new IOException($"Delivery:{setting}:{name}: {fault}.") : keys;

    private void Reload()
    {
        try
        {
            _keys = Load(_options);
            Log.SecretsReloaded(_logger);
        }
        catch (IOException e)
        {
            Log.SecretsNotReloaded(_logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.SecretsReloaded, LogLevel.Information, "The files of Delivery:SigningSecretFiles changed: messages are signed with what is in them now")]
        public static partial void SecretsReloaded(ILogger logger);

        [LoggerMessage(LogEvents.SecretsNotReloaded, LogLevel.Error, "The files of Delivery:SigningSecretFiles changed, but what was in them before stays in use: {Reason}")]
        public static partial void SecretsNotReloaded(ILogger logger, string reason);
    }
}
