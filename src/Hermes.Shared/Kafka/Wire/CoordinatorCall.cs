using Confluent.Kafka;

namespace Hermes.Shared.Kafka.Wire;

/// <summary>FindCoordinator, version 4 (Kafka 3.0): which broker coordinates each group.</summary>
internal sealed class CoordinatorCall : GroupCall<(string Host, int Port)>
{
    private const sbyte OfGroups = 0;

    public override short ApiKey => 10;

    public override short Version => 4;

    public override void Write(WireWriter writer, IReadOnlyCollection<string> groups)
    {
        writer.Int8(OfGroups);
        writer.Array(groups, writer.String);
        writer.NoTags();
    }

    public override IReadOnlyList<(string Group, ErrorCode Error, (string Host, int Port) Found)> Read(WireReader reader)
    {
        reader.Int32(); // throttled for so long
        return reader.Array(() =>
        {
            var group = reader.String();
            reader.Int32(); // the broker's id
            var (host, port, error) = (reader.String(), reader.Int32(), (ErrorCode)reader.Int16());
            reader.NullableString(); // the error in words
            reader.SkipTags();
            return (group, error, (host, port));
        });
    }
}
