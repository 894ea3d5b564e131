namespace Hermes.KafkaEmulator.Protocol;

/// <summary>A request or response that can be written in any of its versions.</summary>
internal interface IMessage
{
    /// <summary>Writes the body, without its header.</summary>
    /// <exception cref="InvalidOperationException">A field holds a value that this version cannot carry, and that may not be dropped.</exception>
    void Write(ProtocolWriter writer, short version);
}
