using Confluent.Kafka;

namespace Hermes.Shared.Kafka.Wire;

/// <summary>DescribeGroups, version 5 (Kafka 2.4): each group's state and members; nothing of one that is not there.</summary>
internal sealed class DescriptionCall : GroupCall<(ConsumerGroupState State, int Members)?>
{
    public override short ApiKey => 15;

    public override short Version => 5;

    public override void Write(WireWriter writer, IReadOnlyCollection<string> groups)
    {
        writer.Array(groups, writer.String);
        writer.Bool(false); // what we may do with it
        writer.NoTags();
    }

    public override IReadOnlyList<(string Group, ErrorCode Error, (ConsumerGroupState State, int Members)? Found)> Read(WireReader reader)
    {
        reader.Int32(); // throttled for so long
        return reader.Array(() =>
        {
            var (error, group, state) = ((ErrorCode)reader.Int16(), reader.String(), reader.String());
            reader.String(); // kind of protocol
            reader.String(); // protocol
            var members = reader.Array(() => SkipMember(reader)).Count;
            reader.Int32(); // what we may do with it
            reader.SkipTags();
            if (error is ErrorCode.GroupIdNotFound)
                return (group, ErrorCode.NoError, null);
            var known = Enum.TryParse<ConsumerGroupState>(state, out var parsed) ? parsed : ConsumerGroupState.Unknown;
            return (group, error, known is ConsumerGroupState.Dead ? ((ConsumerGroupState, int)?)null : (known, members));
        });
    }

    private static bool SkipMember(WireReader reader)
    {
        reader.String(); // id
        reader.NullableString(); // id of a static member
        reader.String(); // client's id
        reader.String(); // client's host
        reader.SkipBytes(); // what it told of itself
        reader.SkipBytes(); // what it was assigned
        reader.SkipTags();
        return true;
    }
}
