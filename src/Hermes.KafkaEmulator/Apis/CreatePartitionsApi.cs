using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Gives topics more partitions.</summary>
internal sealed class CreatePartitionsApi(TopicCatalog topics) : ApiHandler<CreatePartitionsRequest, CreatePartitionsResponse>
{
    protected override ValueTask<CreatePartitionsResponse?> HandleAsync(
        CreatePartitionsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new CreatePartitionsResponse();
        foreach (var same in request.Topics.GroupBy(topic => topic.Name, StringComparer.Ordinal))
        {
            var result = new CreatePartitionsResponse.CreatePartitionsTopicResult { Name = same.Key };
            try
            {
                if (same.Skip(1).Any())
                    throw new TopicRefusedException(KafkaError.InvalidRequest, "Duplicate topic name.");
                Add(same.First(), request.ValidateOnly);
            }
            catch (TopicRefusedException e)
            {
                (result.ErrorCode, result.ErrorMessage) = (e.Error, e.Message);
            }

            response.Results.Add(result);
        }

        return new(response);
    }

    private void Add(CreatePartitionsRequest.CreatePartitionsTopic wanted, bool validateOnly)
    {
        var topic = topics.Find(wanted.Name)
            ?? throw new TopicRefusedException(KafkaError.UnknownTopicOrPartition, "This server does not host this topic-partition.");
        if (wanted.Assignments is { } assignments)
        {
            if (assignments.Count != wanted.Count - topic.Partitions.Length)
            {
                throw new TopicRefusedException(KafkaError.InvalidReplicaAssignment,
                    $"{wanted.Count - topic.Partitions.Length} partition(s) would be added, but {assignments.Count} assignments are given.");
            }

            if (assignments.Any(assignment => assignment.BrokerIds is not [BrokerIdentity.NodeId]))
                throw new TopicRefusedException(KafkaError.InvalidReplicaAssignment, "A partition must be assigned to broker 1, the only one.");
        }

        topics.AddPartitions(topic, wanted.Count, validateOnly);
    }
}
