using Confluent.Kafka;

namespace Hermes.Shared.Kafka.Wire;

/// <summary>DeleteGroups, version 2 (Kafka 2.4): whether each group is gone; no where it has members.</summary>
internal sealed class DeletionCall : GroupCall<bool>
{
    public override short ApiKey => 42;

    public override short Version => 2;

    public override void Write(WireWriter writer, IReadOnlyCollection<string> groups)
    {
        writer.Array(groups, writer.String);
        writer.NoTags();
    }

    public override IReadOnlyList<(string Group, ErrorCode Error, bool Found)> Read(WireReader reader)
    {
        reader.Int32(); // throttled for so long
        return reader.Array(() =>
        {
            var (group, error) = (reader.String(), (ErrorCode)reader.Int16());
            reader.SkipTags();
            return error switch
            {
                ErrorCode.GroupIdNotFound => (group, ErrorCode.NoError, true), // it was gone already, or never came to be
                ErrorCode.NonEmptyGroup => (group, ErrorCode.NoError, false),
                _ => (group, error, true),
            };
        });
    }
}
