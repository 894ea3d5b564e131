using System.CommandLine;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Subscriptions;

/// <summary><c>hermes subscription suspend</c> and <c>activate</c>.</summary>
internal static class SubscriptionStates
{
    public static Command BuildSuspend(CommandContext context) =>
        Build(context, "suspend", "Stop delivery; offsets stay, and messages wait.", SubscriptionState.Suspended, "Suspended");

    public static Command BuildActivate(CommandContext context) =>
        Build(context, "activate", "Resume delivery where it was suspended.", SubscriptionState.Active, "Activated");

    private static Command Build(CommandContext context, string verb, string description, string state, string done)
    {
        var topic = CommandContext.TopicArgument();
        var subscription = CommandContext.SubscriptionArgument();
        var command = new Command(verb, description) { topic, subscription };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = new SubscriptionName(parsed.GetRequiredValue(topic), parsed.GetRequiredValue(subscription));
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var before = "";
            await hermes.Writer.UpdateSubscriptionAsync(name, document =>
            {
                before = document.State ?? SubscriptionState.Pending;
                return document with { State = state };
            }, cancellationToken);
            context.Printer.Line(before == state ? $"Subscription {name} is {state} already." : $"{done} subscription {name}, which was {before}.");
            return ExitCode.Ok;
        });
        return command;
    }
}
