using Confluent.Kafka;

namespace Hermes.Shared.Kafka.Wire;

/// <summary>OffsetFetch, version 8 (Kafka 3.0): all that each group has committed.</summary>
internal sealed class OffsetsCall : GroupCall<IReadOnlyList<TopicPartitionOffset>>
{
    public override short ApiKey => 9;

    public override short Version => 8;

    public override void Write(WireWriter writer, IReadOnlyCollection<string> groups)
    {
        writer.Array(groups, group =>
        {
            writer.String(group);
            writer.NoArray(); // of topics: all
            writer.NoTags();
        });
        writer.Bool(false); // what a transaction is about to commit is not waited for
        writer.NoTags();
    }

    public override IReadOnlyList<(string Group, ErrorCode Error, IReadOnlyList<TopicPartitionOffset> Found)> Read(WireReader reader)
    {
        reader.Int32(); // throttled for so long
        return reader.Array(() => Group(reader));
    }

    private static (string, ErrorCode, IReadOnlyList<TopicPartitionOffset>) Group(WireReader reader)
    {
        var (group, worst, found) = (reader.String(), ErrorCode.NoError, new List<TopicPartitionOffset>());
        reader.Array(() =>
        {
            var topic = reader.String();
            reader.Array(() =>
            {
                var (partition, offset) = (reader.Int32(), reader.Int64());
                reader.Int32(); // the leader's epoch
                reader.NullableString(); // metadata
                if ((ErrorCode)reader.Int16() is var error and not ErrorCode.NoError)
                    worst = error;
                else if (offset >= 0)
                    found.Add(new(topic, partition, offset));
                reader.SkipTags();
                return partition;
            });
            reader.SkipTags();
            return topic;
        });
        if ((ErrorCode)reader.Int16() is var ofGroup and not ErrorCode.NoError)
            worst = ofGroup;
        reader.SkipTags();
        return (group, worst, found);
    }
}
