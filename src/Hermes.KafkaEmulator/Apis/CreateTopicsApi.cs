using System.Collections.Immutable;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Creates topics, each with an answer of its own.</summary>
internal sealed class CreateTopicsApi(TopicCatalog topics) : ApiHandler<CreateTopicsRequest, CreateTopicsResponse>
{
    private const short FirstWithDefaults = 4;

    protected override ValueTask<CreateTopicsResponse?> HandleAsync(
        CreateTopicsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new CreateTopicsResponse();
        foreach (var group in request.Topics.GroupBy(topic => topic.Name, StringComparer.Ordinal))
        {
            CreateTopicsResponse.CreatableTopicResult result;
            try
            {
                if (group.Skip(1).Any())
                    throw new TopicRefusedException(KafkaError.InvalidRequest, "Duplicate topic name.");
                result = Create(group.First(), context.Version, request.validateOnly);
            }
            catch (TopicRefusedException e)
            {
                result = new() { Name = group.Key, ErrorCode = e.Error, ErrorMessage = e.Message, Configs = null };
            }

            response.Topics.Add(result);
        }

        return new(response);
    }

    private CreateTopicsResponse.CreatableTopicResult Create(CreateTopicsRequest.CreatableTopic wanted, short version, bool validateOnly)
    {
        var partitions = PartitionsOf(wanted, version);
        var given = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var config in wanted.Configs)
        {
            if (TopicSettings.Fault(config.Name, config.Value) is { } fault)
                throw new TopicRefusedException(KafkaError.InvalidConfig, fault);
            given[config.Name] = config.Value!;
        }

        var topic = topics.Create(wanted.Name, partitions, given.ToImmutable(), validateOnly);
        var result = new CreateTopicsResponse.CreatableTopicResult { Name = topic.Name, ErrorMessage = null };
        if (version >= 7 && !validateOnly)
            result.TopicId = topic.Id;
        if (version < 5)
            return result;
        (result.NumPartitions, result.ReplicationFactor) = (topic.Partitions.Length, 1);
        foreach (var setting in SettingDefinitions.All)
        {
            result.Configs!.Add(new()
            {
                Name = setting.Name,
                Value = topic.Settings[setting.Name],
                ConfigSource = topic.Settings.SourceOf(setting.Name),
            });
        }

        return result;
    }

    private static int PartitionsOf(CreateTopicsRequest.CreatableTopic wanted, short version)
    {
        if (wanted.Assignments.Count > 0)
            return Assigned(wanted);
        var mayDefault = version >= FirstWithDefaults;
        if (wanted.NumPartitions == -1 && !mayDefault)
            throw new TopicRefusedException(KafkaError.InvalidPartitions, "Number of partitions was set to an invalid non-positive value.");
        if (wanted.ReplicationFactor is 1 || (wanted.ReplicationFactor is -1 && mayDefault))
            return wanted.NumPartitions is 0 ? -2 : wanted.NumPartitions;
        throw new TopicRefusedException(KafkaError.InvalidReplicationFactor, wanted.ReplicationFactor <= 0
            ? "Replication factor must be larger than 0, or -1 to use the default value."
            : $"Unable to replicate the partition {wanted.ReplicationFactor} time(s): only 1 broker is registered.");
    }

    private static int Assigned(CreateTopicsRequest.CreatableTopic wanted)
    {
        if (wanted.NumPartitions != -1 || wanted.ReplicationFactor != -1)
        {
            throw new TopicRefusedException(KafkaError.InvalidRequest,
                "A manual partition assignment was specified, but partitions or replication factor was not set to -1.");
        }

        var indexes = wanted.Assignments.Select(assignment => assignment.PartitionIndex).Order();
        if (!indexes.SequenceEqual(Enumerable.Range(0, wanted.Assignments.Count)))
            throw new TopicRefusedException(KafkaError.InvalidReplicaAssignment, "Partitions should be a consecutive 0-based integer sequence.");
        if (wanted.Assignments.Any(assignment => assignment.BrokerIds is not [BrokerIdentity.NodeId]))
            throw new TopicRefusedException(KafkaError.InvalidReplicaAssignment, "A partition must be assigned to broker 1, the only one.");
        return wanted.Assignments.Count;
    }
}
