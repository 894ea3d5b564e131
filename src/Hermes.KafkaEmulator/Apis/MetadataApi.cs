using System.Collections.Immutable;
using Hermes.KafkaEmulator.Logs;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Which brokers and topics there are. A topic asked for by name may come into being by that.</summary>
internal sealed class MetadataApi(BrokerIdentity broker, TopicCatalog topics, KafkaEmulatorOptions options) : ApiHandler<MetadataRequest, MetadataResponse>
{
    // What an anonymous client may do to a topic where nothing is forbidden, as the bits of Kafka's operations.
    private const int TopicOperations = 3576;

    protected override ValueTask<MetadataResponse?> HandleAsync(MetadataRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new MetadataResponse
        {
            Brokers = [new() { NodeId = BrokerIdentity.NodeId, Host = broker.Host, Port = broker.Port }],
            ClusterId = broker.ClusterId,
            ControllerId = BrokerIdentity.NodeId,
        };
        if (request.IncludeClusterAuthorizedOperations && context.Version is >= 8 and <= 10)
            response.ClusterAuthorizedOperations = BrokerIdentity.ClusterOperations;
        // Version 0 had no null: there an empty list asks for all.
        if (request.Topics is null || (context.Version == 0 && request.Topics.Count == 0))
            response.Topics.AddRange(topics.All.OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(topic => Describe(topic, request)));
        else
            response.Topics.AddRange(request.Topics.Select(wanted => Describe(wanted, request)));
        return new(response);
    }

    private MetadataResponse.MetadataResponseTopic Describe(MetadataRequest.MetadataRequestTopic wanted, MetadataRequest request)
    {
        if (wanted.Name is null)
        {
            return topics.Find(wanted.TopicId) is { } known
                ? Describe(known, request)
                : new() { ErrorCode = KafkaError.UnknownTopicId, Name = null, TopicId = wanted.TopicId };
        }

        if (topics.Find(wanted.Name) is { } topic)
            return Describe(topic, request);
        if (TopicNames.Fault(wanted.Name) is not null)
            return new() { ErrorCode = KafkaError.InvalidTopicException, Name = wanted.Name };
        if (!options.AutoCreateTopics || !request.AllowAutoTopicCreation)
            return new() { ErrorCode = KafkaError.UnknownTopicOrPartition, Name = wanted.Name };
        try
        {
            return Describe(topics.Create(wanted.Name, -1, ImmutableSortedDictionary<string, string>.Empty), request);
        }
        catch (TopicRefusedException e) when (e.Error is KafkaError.TopicAlreadyExists && topics.Find(wanted.Name) is { } other)
        {
            return Describe(other, request); // another client asked in the same moment
        }
        catch (TopicRefusedException e)
        {
            return new() { ErrorCode = e.Error, Name = wanted.Name };
        }
    }

    private static MetadataResponse.MetadataResponseTopic Describe(Topic topic, MetadataRequest request)
    {
        var described = new MetadataResponse.MetadataResponseTopic { Name = topic.Name, TopicId = topic.Id };
        if (request.IncludeTopicAuthorizedOperations)
            described.TopicAuthorizedOperations = TopicOperations;
        for (var i = 0; i < topic.Partitions.Length; i++)
        {
            described.Partitions.Add(new()
            {
                PartitionIndex = i,
                LeaderId = BrokerIdentity.NodeId,
                LeaderEpoch = PartitionLog.LeaderEpoch,
                ReplicaNodes = [BrokerIdentity.NodeId],
                IsrNodes = [BrokerIdentity.NodeId],
            });
        }

        return described;
    }
}
