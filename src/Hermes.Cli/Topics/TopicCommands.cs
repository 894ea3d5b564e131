using System.CommandLine;
using Hermes.Cli.Publishing;

namespace Hermes.Cli.Topics;

/// <summary><c>hermes topic</c>.</summary>
internal static class TopicCommands
{
    public static Command Build(CommandContext context)
    {
        var command = new Command("topic", "Topics: messages are published to them.")
        {
            TopicCreation.Build(context), TopicReading.BuildList(context), TopicReading.BuildShow(context),
            TopicDeletion.Build(context), PublishCommand.Build(context),
        };
        context.Connection.AddTo(command);
        return command;
    }
}
