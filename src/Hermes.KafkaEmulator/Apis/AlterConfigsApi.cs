using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Gives topics exactly these settings, and forgets every other that was given to them.</summary>
internal sealed class AlterConfigsApi(TopicConfiguration configuration) : ApiHandler<AlterConfigsRequest, AlterConfigsResponse>
{
    protected override ValueTask<AlterConfigsResponse?> HandleAsync(
        AlterConfigsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var responses = new List<AlterConfigsResponse.ResourceResponse>();
        foreach (var same in request.Resources.GroupBy(resource => (resource.Kind, resource.Name)))
        {
            var (kind, name) = same.Key;
            var changes = same.First().Configs.Select(config => new SettingChange(SettingChange.Set, config.Name, config.Value)).ToList();
            var (error, reason) = same.Skip(1).Any()
                ? (KafkaError.InvalidRequest, "Each resource must appear at most once.")
                : configuration.Change(kind, name, changes, fromNothing: true, request.ValidateOnly);
            responses.Add(new(error, reason, kind, name));
        }

        return new(new AlterConfigsResponse(responses));
    }
}
