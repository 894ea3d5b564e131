using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Hermes.Cli.Connections;
using Hermes.Cli.Documents;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Topics;

/// <summary><c>hermes topic create</c>: the Kafka topic first, then the registry's nodes in one transaction.</summary>
/// <remarks>Stopped between the two, there is a Kafka topic that nobody uses; the same command again finds it and goes on.
/// A topic in the registry whose Kafka topic is missing is repaired in the same way.</remarks>
internal static class TopicCreation
{
    // As much as Kafka takes by default, and room for the envelope and Kafka's own framing.
    private const int KafkaDefaultMaxMessage = 1_048_588;
    private const int RoomForEnvelope = 64 * 1024;

    public static Command Build(CommandContext context)
    {
        var topic = CommandContext.TopicArgument();
        var input = new DocumentInput();
        var partitions = Positive("--partitions", "Partitions of the Kafka topic.", 10);
        var replication = Positive("--replication-factor", "Replicas of each partition.", 1);
        var description = new Option<string?>("--description") { Description = "What the topic is for." };
        var owner = new Option<string?>("--owner")
        {
            Description = "Who answers for it. Default: Plaintext, and the user who runs the command.",
            HelpName = "[SOURCE:]ID",
        };
        var contentType = new Option<string?>("--content-type") { Description = "JSON (default) or AVRO." };
        contentType.AcceptOnlyFromAmong(ContentTypes.Json, ContentTypes.Avro);
        var command = new Command("create", "Create a topic, in Kafka and in the registry.")
        {
            topic, partitions, replication, description, owner, contentType,
        };
        input.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(topic);
            var document = NewTopic.Create(name);
            Overlay.Apply(document, await input.ReadFileAsync(parsed, context.Terminal, cancellationToken));
            if (parsed.GetValue(description) is { } text)
                document["description"] = text;
            if (parsed.GetValue(owner) is { } who)
                document["owner"] = Owner.Parse(who);
            if (parsed.GetValue(contentType) is { } content)
                document["contentType"] = content;
            input.Apply(parsed, document);
            TopicRules.Check(name, document);
            foreach (var unknown in TopicRules.Unknown(name, document))
                context.Printer.Note($"{unknown} is no member that Hermes knows; it is kept as it is.");
            var typed = Typed.Read(document, DocumentJson.Instance.TopicDocument);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            await CreateAsync(context, hermes, typed, parsed.GetValue(partitions), (short)parsed.GetValue(replication),
                parsed.GetResult(partitions) is { Implicit: false }, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task CreateAsync(
        CommandContext context, Installation hermes, TopicDocument document, int partitions, short replicationFactor, bool mustHavePartitions,
        CancellationToken cancellationToken)
    {
        var name = TopicName.Parse(document.Name);
        if (await hermes.ZooKeeper.FindAsync(hermes.Paths.Group(name.Group), cancellationToken) is null)
            throw new CommandFailedException($"There is no group {name.Group}. Create it first: hermes group create {name.Group}");
        var present = await hermes.ZooKeeper.FindAsync(hermes.Paths.Topic(name), cancellationToken) is null
            ? null
            : await hermes.Reader.TopicAsync(name, cancellationToken);
        var wanted = present?.Document ?? document;
        var kafkaTopic = hermes.Names.PrimaryTopic(name, wanted.ContentType == ContentTypes.Avro);
        var (isNew, found) = await hermes.WithKafkaAsync(async kafka =>
        {
            var created = await kafka.CreateTopicAsync(kafkaTopic, partitions, replicationFactor, Configs(wanted));
            return (created, await AwaitPartitionsAsync(kafka, kafkaTopic, created ? partitions : 1, cancellationToken));
        });

        if (present is not null && !isNew)
            throw new CommandFailedException($"Topic {name} exists already.");
        if (!isNew && found != partitions && mustHavePartitions)
            throw new CommandFailedException(
                $"Kafka topic {kafkaTopic} exists already with {found} partitions, not {partitions}. Leave --partitions out to use it as it is.");
        if (present is not null)
        {
            context.Printer.Line($"Repaired topic {name}: its Kafka topic {kafkaTopic} was missing and has {found} partitions now.");
            return;
        }
        if (!isNew)
            context.Printer.Note($"Kafka topic {kafkaTopic} was there already, with {found} partitions; it is used as it is.");
        await Certain.CreateAsync(
            () => hermes.Writer.CreateTopicAsync(document, cancellationToken),
            async () => await hermes.ZooKeeper.FindAsync(hermes.Paths.Topic(name), cancellationToken) is not null);
        context.Printer.Line($"Created topic {name} (Kafka topic {kafkaTopic}, {found} partitions).");
    }

    private static Dictionary<string, string> Configs(TopicDocument document)
    {
        var configs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (document.RetentionTime is { } retention)
            configs["retention.ms"] = ((long)retention.ToTimeSpan().TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        if (document.MaxMessageSize + RoomForEnvelope is { } largest and > KafkaDefaultMaxMessage)
            configs["max.message.bytes"] = largest.ToString(CultureInfo.InvariantCulture);
        return configs;
    }

    /// <summary>A new topic is known to the brokers one after another: waits until the one asked knows it.</summary>
    private static async Task<int> AwaitPartitionsAsync(KafkaAdministration kafka, string topic, int least, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(KafkaAdministration.Limit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (true)
        {
            var partitions = await kafka.PartitionsAsync(topic);
            if (partitions.Count >= least)
                return partitions.Count;
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, either.Token);
            }
            catch (OperationCanceledException e) when (limit.IsCancellationRequested)
            {
                throw new KafkaException(new Error(ErrorCode.Local_TimedOut, $"Kafka topic {topic} did not appear."), e);
            }
        }
    }

    private static Option<int> Positive(string name, string description, int byDefault)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "COUNT", DefaultValueFactory = _ => byDefault };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.GetValueOrDefault<int>() is < 1 or > short.MaxValue)
                result.AddError($"{name} must be a number from 1 to {short.MaxValue}, but is '{result.Tokens[0].Value}'.");
        });
        return option;
    }
}
