using FsCheck.Xunit;
using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Tests.Protocol;

/// <summary>What holds for every message in every version.</summary>
public sealed class MessageProperties
{
    [Property(MaxTest = 30)]
    public void What_is_written_is_read_back_to_the_last_byte(int seed)
    {
        foreach (var codec in MessageTypes.All)
        {
            foreach (var version in codec.Versions)
            {
                var written = new RandomMessage(new Random(seed)).Bytes(codec, version);
                var reader = new ProtocolReader(written);
                var read = codec.Read(reader, version);
                Assert.True(reader.Remaining == 0, $"{codec} version {version} leaves {reader.Remaining} bytes.");
                Assert.True(written.AsSpan().SequenceEqual(MessageCodec.Write(read, version)), $"{codec} version {version} is not written back as it was read.");
            }
        }
    }

    [Property(MaxTest = 30)]
    public void A_message_that_ends_early_is_malformed(int seed)
    {
        var random = new Random(seed);
        foreach (var codec in MessageTypes.All)
        {
            var version = (short)random.Next(codec.Lowest, codec.Highest + 1);
            var written = new RandomMessage(random).Bytes(codec, version);
            if (written.Length > 0)
                Assert.Throws<MalformedMessageException>(() => codec.Read(new ProtocolReader(written.AsMemory(0, random.Next(written.Length))), version));
        }
    }

    [Property(MaxTest = 200)]
    public void Any_bytes_are_a_message_or_malformed(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[random.Next(300)];
        random.NextBytes(bytes);
        foreach (var codec in MessageTypes.All)
        {
            try
            {
                codec.Read(new ProtocolReader(bytes), (short)random.Next(codec.Lowest, codec.Highest + 1));
            }
            catch (MalformedMessageException) { } // the one way to say so
        }
    }

    [Property]
    public bool Varints_come_back(FsCheck.NonNegativeInt value)
    {
        using var writer = new ProtocolWriter();
        writer.WriteUnsignedVarint(value.Get);
        return new ProtocolReader(writer.ToArray()).ReadUnsignedVarint() == value.Get;
    }
}
