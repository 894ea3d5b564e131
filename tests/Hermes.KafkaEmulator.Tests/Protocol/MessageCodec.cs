using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Tests.Protocol;

/// <summary>One message's versions and its reader, whatever its type.</summary>
internal sealed record MessageCodec(Type Type, short Lowest, short Highest, Func<ProtocolReader, short, IMessage> Read)
{
    public IEnumerable<short> Versions => Enumerable.Range(Lowest, Highest - Lowest + 1).Select(version => (short)version);

    public static byte[] Write(IMessage message, short version)
    {
        using var writer = new ProtocolWriter();
        message.Write(writer, version);
        return writer.ToArray();
    }

    public override string ToString() => Type.Name;
}
