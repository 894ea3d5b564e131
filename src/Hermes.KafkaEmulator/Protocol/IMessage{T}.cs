namespace Hermes.KafkaEmulator.Protocol;

/// <summary>What the codec knows about a type of message.</summary>
/// <typeparam name="T">The message itself.</typeparam>
internal interface IMessage<out T> : IMessage where T : IMessage<T>
{
    /// <summary>The API key; -1 for data carried inside other messages.</summary>
    static abstract short MessageKey { get; }

    static abstract short LowestVersion { get; }

    static abstract short HighestVersion { get; }

    /// <summary>From here on lengths are varints and structs end with tagged fields; <see cref="short.MaxValue"/> for never.</summary>
    static abstract short FirstFlexibleVersion { get; }

    /// <summary>Reads the body, without its header.</summary>
    /// <exception cref="MalformedMessageException">The bytes are not this message.</exception>
    static abstract T Read(ProtocolReader reader, short version);
}
