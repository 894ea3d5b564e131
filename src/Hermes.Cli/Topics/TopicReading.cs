using System.CommandLine;
using System.Text.Json.Nodes;
using Hermes.Cli.Connections;
using Hermes.Cli.Documents;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Topics;

/// <summary><c>hermes topic list</c> and <c>show</c>.</summary>
internal static class TopicReading
{
    public static Command BuildList(CommandContext context)
    {
        var group = CommandContext.GroupArgument();
        group.Arity = ArgumentArity.ZeroOrOne;
        group.Description = "Only this group's topics.";
        var json = CommandContext.JsonOption();
        var command = new Command("list", "List topics.") { group, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var rows = new List<(TopicName Name, string ContentType, int Subscriptions)>();
            await foreach (var name in NamesAsync(hermes, parsed.GetValue(group), cancellationToken))
            {
                try
                {
                    var topic = await hermes.Reader.TopicAsync(name, cancellationToken);
                    var subscriptions = await hermes.ZooKeeper.FindAsync(hermes.Paths.Subscriptions(name), cancellationToken);
                    rows.Add((name, topic.Document.ContentType ?? ContentTypes.Json, subscriptions?.ChildCount ?? 0));
                }
                catch (RegistryException e)
                {
                    context.Printer.Note(e.Message); // one bad node does not hide the others
                }
            }
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonArray([.. rows.Select(r => new JsonObject
                    { ["name"] = r.Name.ToString(), ["contentType"] = r.ContentType, ["subscriptions"] = r.Subscriptions })]));
            else
                context.Printer.Table(["topic", "content", "subscriptions"],
                    rows.Select(r => (IReadOnlyList<string>)[r.Name.ToString(), r.ContentType, r.Subscriptions.ToString()]));
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command BuildShow(CommandContext context)
    {
        var topic = CommandContext.TopicArgument();
        var offsets = new Option<bool>("--offsets") { Description = "Ask Kafka for the end of each partition as well." };
        var json = CommandContext.JsonOption();
        var command = new Command("show", "Show a topic: its document, its subscriptions, its place in Kafka.") { topic, offsets, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(topic);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var found = await hermes.Reader.TopicAsync(name, cancellationToken);
            var subscriptions = await hermes.Reader.SubscriptionsAsync(name, cancellationToken);
            var isAvro = found.Document.ContentType == ContentTypes.Avro;
            var kafkaTopic = hermes.Names.PrimaryTopic(name, isAvro);
            var document = Typed.Write(found.Document, DocumentJson.Instance.TopicDocument);
            var kafka = new JsonObject { ["topic"] = kafkaTopic };
            if (hermes.Names.SecondaryTopic(name, isAvro, found.Document.MigratedFromJsonType is true) is { } secondary)
                kafka["secondaryTopic"] = secondary;
            if (parsed.GetValue(offsets))
            {
                var ends = await hermes.WithKafkaAsync(async k =>
                    await k.PartitionsAsync(kafkaTopic) is { Count: > 0 } partitions ? await k.EndsAsync(partitions) : []);
                if (ends.Count == 0)
                    context.Printer.Note($"Kafka topic {kafkaTopic} is missing; 'hermes topic create {name}' creates it.");
                kafka["partitions"] = new JsonArray([.. ends.OrderBy(e => e.Partition.Value)
                    .Select(e => new JsonObject { ["partition"] = e.Partition.Value, ["end"] = e.Offset.Value })]);
            }
            var more = new JsonObject
            {
                ["createdAt"] = found.CreatedAt.UtcDateTime.ToString("O"),
                ["identity"] = found.Identity,
                ["version"] = found.Version,
                ["subscriptions"] = new JsonArray([.. subscriptions.Select(s => JsonValue.Create(s.Name))]),
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

    /// <summary>All topics, or those of one group.</summary>
    public static async IAsyncEnumerable<TopicName> NamesAsync(
        Installation hermes, string? group, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<string> groups = group is null ? await hermes.Reader.GroupsAsync(cancellationToken) : [group];
        foreach (var each in groups)
        {
            foreach (var name in await hermes.Reader.TopicsAsync(each, cancellationToken))
                yield return name;
        }
    }
}
