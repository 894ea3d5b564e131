using System.CommandLine;
using Hermes.Cli.Connections;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Topics;

/// <summary><c>hermes topic delete</c>: the registry's nodes first, in one transaction, then the Kafka topic with its messages.</summary>
/// <remarks>Stopped between the two, messages are left that nobody can reach; <c>--leftover</c> deletes them.</remarks>
internal static class TopicDeletion
{
    public static Command Build(CommandContext context)
    {
        var topic = CommandContext.TopicArgument();
        var keep = new Option<bool>("--keep-messages") { Description = "Leave the Kafka topic and its messages." };
        var leftover = new Option<bool>("--leftover") { Description = "Delete the Kafka topic of a topic that is gone from the registry." };
        var command = new Command("delete", "Delete a topic that has no subscriptions, with its messages.") { topic, keep, leftover };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(topic);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            if (parsed.GetValue(leftover))
                await DeleteLeftoverAsync(context, hermes, name, cancellationToken);
            else
                await DeleteAsync(context, hermes, name, parsed.GetValue(keep), cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task DeleteAsync(CommandContext context, Installation hermes, TopicName name, bool keepMessages, CancellationToken cancellationToken)
    {
        var document = (await hermes.Reader.TopicAsync(name, cancellationToken)).Document;
        var isAvro = document.ContentType == ContentTypes.Avro;
        var primary = hermes.Names.PrimaryTopic(name, isAvro);
        var secondary = hermes.Names.SecondaryTopic(name, isAvro, document.MigratedFromJsonType is true);
        await hermes.Writer.DeleteTopicAsync(name, cancellationToken);
        if (keepMessages)
        {
            context.Printer.Line($"Deleted topic {name}; its Kafka topic {primary} stays.");
            return;
        }
        try
        {
            await DeleteKafkaTopicsAsync(hermes, primary, secondary);
        }
        catch (CommandFailedException e)
        {
            throw new CommandFailedException(
                $"Topic {name} is gone from the registry, but its Kafka topic {primary} is not: {e.Message} Then: hermes topic delete {name} --leftover", e);
        }
        context.Printer.Line($"Deleted topic {name} and its Kafka topic {primary}.");
    }

    private static async Task DeleteLeftoverAsync(CommandContext context, Installation hermes, TopicName name, CancellationToken cancellationToken)
    {
        if (await hermes.ZooKeeper.FindAsync(hermes.Paths.Topic(name), cancellationToken) is not null)
            throw new CommandFailedException($"Topic {name} is in the registry: delete it without --leftover.");
        var json = hermes.Names.PrimaryTopic(name, isAvro: false);
        var avro = hermes.Names.PrimaryTopic(name, isAvro: true);
        await DeleteKafkaTopicsAsync(hermes, json, avro == json ? null : avro);
        context.Printer.Line($"Deleted what was left of topic {name} in Kafka.");
    }

    private static Task DeleteKafkaTopicsAsync(Installation hermes, string primary, string? secondary) => hermes.WithKafkaAsync(async kafka =>
    {
        await kafka.DeleteTopicAsync(primary);
        if (secondary is not null)
            await kafka.DeleteTopicAsync(secondary);
    });
}
