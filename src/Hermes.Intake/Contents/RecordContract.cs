namespace Hermes.Intake.Contents;

/// <summary>What is agreed about the records of one subscription.</summary>
/// <param name="AvroTopics">The Kafka topics that hold Avro; all others hold JSON.</param>
/// <param name="Subject">The registry's name for the topic's schemas.</param>
/// <param name="HasIdPrefix">Whether an Avro value may begin with a zero byte and its schema's id.</param>
/// <param name="DeliversAvro">Whether Avro goes to the endpoint as it is, and not as JSON.</param>
/// <param name="Patience">How long a record waits for its schema, from the moment that it was read.</param>
internal sealed record RecordContract(IReadOnlyList<string> AvroTopics, string Subject, bool HasIdPrefix, bool DeliversAvro, TimeSpan Patience)
{
    public bool IsAvro(string kafkaTopic)
    {
        for (var i = 0; i < AvroTopics.Count; i++)
        {
            if (AvroTopics[i] == kafkaTopic)
                return true;
        }
        return false;
    }
}
