using System.CommandLine;
using Hermes.Shared.Naming;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Subscriptions;

/// <summary><c>hermes subscription delete</c>: the node with all below it, and the task that cleans its consumer group up, in
/// one transaction.</summary>
internal static class SubscriptionDeletion
{
    private const int Attempts = 5;

    public static Command Build(CommandContext context)
    {
        var topic = CommandContext.TopicArgument();
        var subscription = CommandContext.SubscriptionArgument();
        var command = new Command("delete", "Delete a subscription; its consumer group is left to the clean-up.") { topic, subscription };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = new SubscriptionName(parsed.GetRequiredValue(topic), parsed.GetRequiredValue(subscription));
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            if (await hermes.ZooKeeper.FindAsync(hermes.Paths.Subscription(name), cancellationToken) is null)
                throw new CommandFailedException($"There is no subscription {name}.");
            for (var attempt = 1; ; attempt++)
            {
                var task = await hermes.CleanUp.AskAsync(name, cancellationToken);
                try
                {
                    await hermes.Writer.DeleteSubscriptionAsync(name, task, cancellationToken);
                    break;
                }
                catch (MultiFailedException) when (attempt < Attempts)
                {
                    // A task of that name came or went just now: look again.
                }
            }
            context.Printer.Line($"Deleted subscription {name}; its consumer group {hermes.Names.ConsumerGroup(name)} is left to the clean-up.");
            return ExitCode.Ok;
        });
        return command;
    }
}
