using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Deletes topics with their records, each with an answer of its own.</summary>
internal sealed partial class DeleteTopicsApi(TopicCatalog topics, ILogger logger) : ApiHandler<DeleteTopicsRequest, DeleteTopicsResponse>
{
    private const short FirstWithIds = 6;

    protected override ValueTask<DeleteTopicsResponse?> HandleAsync(
        DeleteTopicsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var wanted = context.Version >= FirstWithIds
            ? request.Topics.Select(topic => (topic.Name, Id: topic.TopicId))
            : request.TopicNames.Select(name => ((string?)name, Id: Guid.Empty));
        var response = new DeleteTopicsResponse();
        foreach (var same in wanted.GroupBy(topic => topic))
        {
            var (name, id) = same.Key;
            var topic = name is null ? topics.Find(id) : topics.Find(name);
            var (error, reason) = same.Skip(1).Any() ? (KafkaError.InvalidRequest, "Duplicate topic name.")
                : name is not null && id != Guid.Empty ? (KafkaError.InvalidRequest, "You may not specify both topic name and topic id.")
                : topic is not null ? Delete(topic)
                : name is null ? (KafkaError.UnknownTopicId, "This server does not host this topic ID.")
                : (KafkaError.UnknownTopicOrPartition, "This server does not host this topic-partition.");
            var result = new DeleteTopicsResponse.DeletableTopicResult { Name = topic?.Name ?? name, ErrorCode = error };
            if (context.Version >= FirstWithIds)
                result.TopicId = topic?.Id ?? id;
            if (context.Version >= 5)
                result.ErrorMessage = reason;
            response.Responses.Add(result);
        }

        return new(response);
    }

    private (KafkaError Error, string? Reason) Delete(Topic topic)
    {
        try
        {
            topics.Delete(topic);
            return (KafkaError.None, null);
        }
        catch (TopicRefusedException e)
        {
            return (e.Error, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotRemoved(logger, e, topic.Name);
            return (KafkaError.KafkaStorageError, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(11, LogLevel.Error, "The data of {Topic} could not be removed; the next start tries again")]
        public static partial void NotRemoved(ILogger logger, Exception exception, string topic);
    }
}
