using System.CommandLine;

namespace Hermes.Cli.Subscriptions;

/// <summary><c>hermes subscription</c>.</summary>
internal static class SubscriptionCommands
{
    public static Command Build(CommandContext context)
    {
        var command = new Command("subscription", "Subscriptions: each gets a topic's messages at its endpoint.")
        {
            SubscriptionCreation.Build(context), SubscriptionReading.BuildList(context), SubscriptionReading.BuildShow(context),
            SubscriptionUpdate.Build(context), SubscriptionStates.BuildSuspend(context), SubscriptionStates.BuildActivate(context),
            SubscriptionDeletion.Build(context),
        };
        context.Connection.AddTo(command);
        return command;
    }
}
