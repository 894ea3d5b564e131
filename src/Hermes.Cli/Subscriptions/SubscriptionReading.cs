using System.CommandLine;
using System.Text.Json.Nodes;
using Hermes.Cli.Connections;
using Hermes.Cli.Documents;
using Hermes.Cli.Topics;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Subscriptions;

/// <summary><c>hermes subscription list</c> and <c>show</c>.</summary>
internal static class SubscriptionReading
{
    public static Command BuildList(CommandContext context)
    {
        var topic = CommandContext.TopicArgument(isRequired: false);
        topic.Description = "Only this topic's subscriptions.";
        var json = CommandContext.JsonOption();
        var secrets = CommandContext.SecretsOption();
        var command = new Command("list", "List subscriptions.") { topic, json, secrets };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var rows = new List<(SubscriptionName Name, string State, string Delivery, string Endpoint)>();
            await foreach (var name in NamesAsync(hermes, parsed.GetValue(topic), cancellationToken))
            {
                try
                {
                    var found = (await hermes.Reader.SubscriptionAsync(name, cancellationToken)).Document;
                    rows.Add((name, found.State ?? SubscriptionState.Pending, found.DeliveryType ?? DeliveryTypes.Serial,
                        parsed.GetValue(secrets) ? found.Endpoint : Secrets.MaskAddress(found.Endpoint)));
                }
                catch (RegistryException e)
                {
                    context.Printer.Note(e.Message); // one bad node does not hide the others
                }
            }
            if (parsed.GetValue(json))
            {
                context.Printer.Json(new JsonArray([.. rows.Select(r => new JsonObject
                {
                    ["topicName"] = r.Name.Topic.ToString(), ["name"] = r.Name.Name, ["state"] = r.State, ["deliveryType"] = r.Delivery, ["endpoint"] = r.Endpoint,
                })]));
                return ExitCode.Ok;
            }
            context.Printer.Table(["topic", "subscription", "state", "delivery", "endpoint"],
                rows.Select(r => (IReadOnlyList<string>)[r.Name.Topic.ToString(), r.Name.Name, r.State, r.Delivery, r.Endpoint]));
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command BuildShow(CommandContext context)
    {
        var topic = CommandContext.TopicArgument();
        var subscription = CommandContext.SubscriptionArgument();
        var offsets = new Option<bool>("--offsets") { Description = "Ask Kafka for the group's offsets and its lag as well." };
        var json = CommandContext.JsonOption();
        var secrets = CommandContext.SecretsOption();
        var command = new Command("show", "Show a subscription: its document and its consumer group.") { topic, subscription, offsets, json, secrets };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = new SubscriptionName(parsed.GetRequiredValue(topic), parsed.GetRequiredValue(subscription));
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var found = await hermes.Reader.SubscriptionAsync(name, cancellationToken);
            var document = Typed.Write(found.Document, DocumentJson.Instance.SubscriptionDocument);
            if (!parsed.GetValue(secrets))
                document = Secrets.Hide(document);
            var group = hermes.Names.ConsumerGroup(name);
            var kafka = new JsonObject { ["group"] = group };
            if (parsed.GetValue(offsets))
                kafka["offsets"] = await OffsetsAsync(hermes, name, group, cancellationToken);
            var more = new JsonObject
            {
                ["createdAt"] = found.CreatedAt.UtcDateTime.ToString("O"),
                ["identity"] = found.Identity,
                ["version"] = found.Version,
                ["kafka"] = kafka,
            };
            if (parsed.GetValue(json))
            {
                more.Insert(0, "document", document);
                context.Printer.Json(more);
                return ExitCode.Ok;
            }
            context.Printer.Members(document);
            context.Printer.Line("");
            context.Printer.Members(more);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<JsonArray> OffsetsAsync(Installation hermes, SubscriptionName name, string group, CancellationToken cancellationToken)
    {
        var topic = (await hermes.Reader.TopicAsync(name.Topic, cancellationToken)).Document;
        var kafkaTopic = hermes.Names.PrimaryTopic(name.Topic, topic.ContentType == ContentTypes.Avro);
        return await hermes.WithKafkaAsync(async kafka =>
        {
            var partitions = await kafka.PartitionsAsync(kafkaTopic);
            if (partitions.Count == 0)
                throw new CommandFailedException($"Kafka topic {kafkaTopic} is missing. 'hermes topic create {name.Topic}' creates it.");
            var committed = (await kafka.CommittedAsync(group, partitions)).ToDictionary(o => o.Partition.Value, o => o.Offset.Value);
            return new JsonArray([.. (await kafka.EndsAsync(partitions)).OrderBy(e => e.Partition.Value).Select(end =>
            {
                var row = new JsonObject { ["topic"] = kafkaTopic, ["partition"] = end.Partition.Value };
                if (committed.TryGetValue(end.Partition.Value, out var offset))
                    (row["committed"], row["lag"]) = (offset, end.Offset.Value - offset);
                row["end"] = end.Offset.Value;
                return row;
            })]);
        });
    }

    private static async IAsyncEnumerable<SubscriptionName> NamesAsync(
        Installation hermes, TopicName? topic, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (topic is not null)
        {
            foreach (var name in await hermes.Reader.SubscriptionsAsync(topic, cancellationToken))
                yield return name;
            yield break;
        }
        await foreach (var each in TopicReading.NamesAsync(hermes, null, cancellationToken))
        {
            foreach (var name in await hermes.Reader.SubscriptionsAsync(each, cancellationToken))
                yield return name;
        }
    }
}
