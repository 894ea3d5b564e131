using System.CommandLine;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Hermes.Cli.Connections;
using Hermes.Cli.Documents;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Subscriptions;

/// <summary><c>hermes subscription create</c>: the consumer group's offsets first, then the registry's node.</summary>
/// <remarks>Delivery starts with what is published after the creation (compatibility, 3.3): the ends of the Kafka topic are
/// committed for the group, over whatever an earlier subscription of that name left there, unless <c>--restore-offsets</c> asks
/// for just that. Stopped between the two, there are offsets that nobody uses; the same command again goes on.</remarks>
internal static class SubscriptionCreation
{
    private const int Attempts = 5;

    public static Command Build(CommandContext context)
    {
        var topic = CommandContext.TopicArgument();
        var subscription = CommandContext.SubscriptionArgument();
        var input = new SubscriptionInput();
        var restore = new Option<bool>("--restore-offsets") { Description = "Go on where a deleted subscription of this name stood, as long as that is kept (30 days)." };
        var command = new Command("create", "Create a subscription; it gets what is published from now on.") { topic, subscription, restore };
        input.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = new SubscriptionName(parsed.GetRequiredValue(topic), parsed.GetRequiredValue(subscription));
            var asked = await input.ReadAsync(parsed, context.Terminal, cancellationToken);
            var document = NewSubscription.Create(name, input.DeliveryType(parsed, asked) ?? DeliveryTypes.Serial);
            input.Apply(parsed, asked, document);
            if (parsed.GetValue(restore))
                Extensions.Set(document, "restoreOffsets", true);
            SubscriptionRules.Check(name, document);
            foreach (var unknown in SubscriptionRules.Unknown(name, document))
                context.Printer.Note($"{unknown} is no member that Hermes knows; it is kept as it is.");
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            await CreateAsync(context, hermes, name, document, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task CreateAsync(
        CommandContext context, Installation hermes, SubscriptionName name, JsonObject document, CancellationToken cancellationToken)
    {
        var typed = Typed.Read(document, DocumentJson.Instance.SubscriptionDocument);
        var topic = (await hermes.Reader.TopicAsync(name.Topic, cancellationToken)).Document;
        SubscriptionRules.CheckFilters(document, topic.ContentType);
        if (await IsThereAsync(hermes, name, cancellationToken))
            throw new CommandFailedException($"Subscription {name} exists already.");

        var kafkaTopic = hermes.Names.PrimaryTopic(name.Topic, topic.ContentType == ContentTypes.Avro);
        var group = hermes.Names.ConsumerGroup(name);
        var place = new FormerPlace(hermes, group);
        var isAsked = SubscriptionExtensions.TryRead(typed, out var extensions, out var fault) ? extensions.RestoreOffsets is true : throw new UsageException($"{fault}.");
        var isRestored = false;
        await Certain.CreateAsync(async () =>
        {
            for (var attempt = 1; ; attempt++)
            {
                var (former, alongside) = isAsked ? await place.FindAsync(cancellationToken) : ([], []);
                isRestored = former.Count > 0;
                await CommitStartAsync(hermes, group, kafkaTopic, name, former);
                var withdrawal = await hermes.CleanUp.WithdrawAsync(name, cancellationToken);
                try
                {
                    await hermes.Writer.CreateSubscriptionAsync(typed, [.. withdrawal, .. alongside], cancellationToken);
                    return;
                }
                catch (MultiFailedException e) when (e.Index > 0 && attempt < Attempts)
                {
                    // A waiting clean-up was carried out or changed just now: look again.
                }
            }
        }, () => IsThereAsync(hermes, name, cancellationToken));
        context.Printer.Line($"Created subscription {name} (consumer group {group}){(isRestored ? ", where its predecessor stood" : "")}.");
    }

    private static Task CommitStartAsync(
        Installation hermes, string group, string kafkaTopic, SubscriptionName name, IReadOnlyList<TopicPartitionOffset> former) => hermes.WithKafkaAsync(async kafka =>
    {
        var partitions = await kafka.PartitionsAsync(kafkaTopic);
        if (partitions.Count == 0)
            throw new CommandFailedException($"Kafka topic {kafkaTopic} is missing. 'hermes topic create {name.Topic}' creates it.");
        if (await kafka.HasMembersAsync(group))
            throw InUse(group, name, null);
        try
        {
            var kept = former.ToDictionary(o => o.TopicPartition);
            var ends = await kafka.EndsAsync(partitions);
            await kafka.CommitAsync(group, [.. ends.Select(end => kept.GetValueOrDefault(end.TopicPartition, end)), .. former.Where(o => o.Topic != kafkaTopic)]);
        }
        catch (KafkaException e) when (KafkaFailure.IsGroupInUse(e))
        {
            throw InUse(group, name, e);
        }
    });

    private static CommandFailedException InUse(string group, SubscriptionName name, Exception? cause) => new(
        $"Consumer group {group} has members: those of an earlier subscription {name} have not left yet. Run the command again in a moment.", cause);

    private static async Task<bool> IsThereAsync(Installation hermes, SubscriptionName name, CancellationToken cancellationToken) =>
        await hermes.ZooKeeper.FindAsync(hermes.Paths.Subscription(name), cancellationToken) is not null;
}
