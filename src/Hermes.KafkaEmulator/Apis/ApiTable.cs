using System.Collections.Frozen;
using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Every API that the emulator serves, by its key.</summary>
internal sealed class ApiTable
{
    private readonly FrozenDictionary<ApiKey, IApiHandler> _handlers;

    public ApiTable(IEnumerable<IApiHandler> handlers)
    {
        // ApiVersions is itself one of the APIs it lists.
        _handlers = handlers.Append(new ApiVersionsApi(() => All)).ToFrozenDictionary(handler => handler.Key);
    }

    public IEnumerable<IApiHandler> All => _handlers.Values;

    public IApiHandler? Find(ApiKey key) => _handlers.GetValueOrDefault(key);
}
