using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Tests.Protocol;

/// <summary>Bytes counted out by hand from Kafka's protocol guide, one message for each habit of the format.</summary>
public sealed class GoldenBytes
{
    [Fact]
    public void A_flexible_request_has_compact_strings_and_ends_with_tags() => AssertBytes(
        "04 6162 63 04 312e 30 00".Replace(" ", "", StringComparison.Ordinal),
        new ApiVersionsRequest { ClientSoftwareName = "abc", ClientSoftwareVersion = "1.0" },
        version: 3);

    [Fact]
    public void An_early_request_has_long_lengths() => AssertBytes(
        "00000001" + "0003" + "6f6e65",
        new MetadataRequest { Topics = [new() { Name = "one" }] },
        version: 1);

    [Fact]
    public void Null_and_empty_arrays_differ()
    {
        AssertBytes("ffffffff", new MetadataRequest { Topics = null }, version: 1);
        AssertBytes("00000000", new MetadataRequest { Topics = [] }, version: 1);
    }

    [Fact]
    public void A_topic_id_is_written_in_network_order() => AssertBytes(
        "02" + "00112233445566778899aabbccddeeff" + "00" + "00" + "01" + "00" + "00",
        new MetadataRequest { Topics = [new() { TopicId = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), Name = null }] },
        version: 12);

    [Fact]
    public void A_produce_request_carries_its_batch_as_it_is() => AssertBytes(
        "ffff" + "ffff" + "00001388" + "00000001" + "0001" + "74" + "00000001" + "00000002" + "00000003" + "010203",
        new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = 5000,
            TopicData = [new() { Name = "t", PartitionData = [new() { Index = 2, Records = new byte[] { 1, 2, 3 } }] }],
        },
        version: 3);

    [Fact]
    public void A_tagged_field_stands_behind_its_tag_and_size() => AssertBytes(
        "00000007" + "0003" + "0000000000000000" + "ffffffffffffffff" + "ffffffffffffffff" + "01" + "ffffffff" + "00" + "01" + "01" + "09" + "00000001" + "00000004" + "00",
        version: 12,
        write: writer => new FetchResponse.PartitionData
        {
            PartitionIndex = 7,
            ErrorCode = KafkaError.UnknownTopicOrPartition,
            CurrentLeader = new() { LeaderId = 1, LeaderEpoch = 4 },
        }.Write(writer, 12));

    [Fact]
    public void A_field_that_a_version_lacks_is_refused_unless_it_may_be_dropped() => Assert.Throws<InvalidOperationException>(
        () => MessageCodec.Write(new ProduceRequest { TransactionalId = "t" }, version: 2));

    private static void AssertBytes(string hex, IMessage message, short version) => AssertBytes(hex, version, writer => message.Write(writer, version));

    private static void AssertBytes(string hex, short version, Action<ProtocolWriter> write)
    {
        using var writer = new ProtocolWriter();
        write(writer);
        Assert.Equal($"v{version} {hex}", $"v{version} {Convert.ToHexStringLower(writer.ToArray())}");
    }
}
