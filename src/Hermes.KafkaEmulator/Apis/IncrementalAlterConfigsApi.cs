using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Changes single settings of topics and leaves the others.</summary>
internal sealed class IncrementalAlterConfigsApi(TopicConfiguration configuration)
    : ApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    protected override ValueTask<IncrementalAlterConfigsResponse?> HandleAsync(
        IncrementalAlterConfigsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new IncrementalAlterConfigsResponse();
        foreach (var same in request.Resources.GroupBy(resource => (resource.ResourceType, resource.ResourceName)))
        {
            var (kind, name) = same.Key;
            var changes = same.First().Configs.Select(config => new SettingChange(config.ConfigOperation, config.Name, config.Value)).ToList();
            var (error, reason) = same.Skip(1).Any()
                ? (KafkaError.InvalidRequest, "Each resource must appear at most once.")
                : configuration.Change(kind, name, changes, fromNothing: false, request.ValidateOnly);
            response.Responses.Add(new() { ErrorCode = error, ErrorMessage = reason, ResourceType = kind, ResourceName = name });
        }

        return new(response);
    }
}
