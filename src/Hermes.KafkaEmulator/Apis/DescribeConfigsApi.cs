using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>The settings of topics and of the broker, and where each value comes from.</summary>
internal sealed class DescribeConfigsApi(TopicCatalog topics, BrokerSettings brokerSettings) : ApiHandler<DescribeConfigsRequest, DescribeConfigsResponse>
{
    private const sbyte FromTopic = 1;
    private const sbyte FromBroker = 4;
    private const sbyte FromDefault = 5;

    protected override ValueTask<DescribeConfigsResponse?> HandleAsync(
        DescribeConfigsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new DescribeConfigsResponse();
        foreach (var resource in request.Resources)
        {
            var result = new DescribeConfigsResponse.DescribeConfigsResult { ResourceType = resource.ResourceType, ResourceName = resource.ResourceName };
            (result.ErrorCode, result.ErrorMessage) = Describe(resource, result.Configs, request.IncludeSynonyms, context.Version);
            response.Results.Add(result);
        }

        return new(response);
    }

    private (KafkaError Error, string? Reason) Describe(
        DescribeConfigsRequest.DescribeConfigsResource resource,
        List<DescribeConfigsResponse.DescribeConfigsResourceResult> configs,
        bool synonyms,
        short version)
    {
        bool Wanted(string name) => resource.ConfigurationKeys is not { Count: > 0 } keys || keys.Contains(name, StringComparer.Ordinal);
        switch (resource.ResourceType)
        {
            case ResourceKind.Topic when TopicNames.Fault(resource.ResourceName) is { } fault:
                return (KafkaError.InvalidTopicException, fault);
            case ResourceKind.Topic when topics.Find(resource.ResourceName) is { } topic:
                foreach (var setting in SettingDefinitions.All.Where(setting => Wanted(setting.Name)))
                {
                    var config = Config(setting.Name, setting.Kind, topic.Settings[setting.Name], topic.Settings.SourceOf(setting.Name), version);
                    if (synonyms && version >= 1)
                        config.Synonyms = Synonyms(setting, topic.Settings);
                    configs.Add(config);
                }

                return (KafkaError.None, null);
            case ResourceKind.Topic:
                return (KafkaError.UnknownTopicOrPartition, $"The topic '{resource.ResourceName}' does not exist.");
            case ResourceKind.Broker when resource.ResourceName is "" or "1":
                // The default for all brokers, which has no name, has no settings: nobody can give it any.
                var own = resource.ResourceName.Length == 0 ? [] : brokerSettings.All.Where(setting => Wanted(setting.Name));
                configs.AddRange(own.Select(setting => Config(setting.Name, setting.Kind, setting.Value, FromBroker, version)));
                foreach (var config in configs)
                    config.ReadOnly = true;
                return (KafkaError.None, null);
            case ResourceKind.Broker:
                return (KafkaError.InvalidRequest, $"Unexpected broker id, expected 1 or empty string, but received {resource.ResourceName}");
            default:
                return (KafkaError.InvalidRequest, $"There are no settings of resources of kind {resource.ResourceType}.");
        }
    }

    private static DescribeConfigsResponse.DescribeConfigsResourceResult Config(string name, SettingKind kind, string value, sbyte source, short version)
    {
        var config = new DescribeConfigsResponse.DescribeConfigsResourceResult { Name = name, Value = value, Documentation = null };
        if (version == 0)
            config.IsDefault = source != FromTopic;
        else
            config.ConfigSource = source;
        if (version >= 3)
            config.ConfigType = (sbyte)kind;
        return config;
    }

    private static List<DescribeConfigsResponse.DescribeConfigsSynonym> Synonyms(SettingDefinition setting, TopicSettings settings)
    {
        var synonyms = new List<DescribeConfigsResponse.DescribeConfigsSynonym>();
        if (settings.Given.TryGetValue(setting.Name, out var given))
            synonyms.Add(new() { Name = setting.Name, Value = given, Source = FromTopic });
        if (settings.OfBroker(setting.Name) is { } broker)
            synonyms.Add(new() { Name = setting.BrokerName, Value = broker, Source = FromBroker });
        synonyms.Add(new() { Name = setting.BrokerName, Value = setting.Default, Source = FromDefault });
        return synonyms;
    }
}
