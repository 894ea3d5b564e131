using System.Reflection;
using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Tests.Protocol;

/// <summary>Every message that the codec knows, for tests that hold for all of them.</summary>
internal static class MessageTypes
{
    public static IReadOnlyList<MessageCodec> All { get; } =
    [
        .. typeof(IMessage).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false, IsInterface: false } && type.IsAssignableTo(typeof(IMessage)))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(type => (MessageCodec)typeof(MessageTypes).GetMethod(nameof(Codec), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(type).Invoke(null, null)!),
    ];

    private static MessageCodec Codec<T>()
        where T : class, IMessage<T> => new(typeof(T), T.LowestVersion, T.HighestVersion, T.Read);
}
