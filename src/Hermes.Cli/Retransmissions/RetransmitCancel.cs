using System.CommandLine;

namespace Hermes.Cli.Retransmissions;

/// <summary><c>hermes retransmit cancel</c>.</summary>
internal static class RetransmitCancel
{
    public static Command Build(CommandContext context)
    {
        var id = RetransmitCommands.IdArgument();
        var command = new Command("cancel", "Ask a job to stop. Partitions that were moved stay so.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(id);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            if (!await hermes.Jobs.CancelAsync(name, CommandContext.User, cancellationToken))
                throw RetransmitCommands.Missing(name);
            context.Printer.Line($"Job {name} is asked to stop.");
            return ExitCode.Ok;
        });
        return command;
    }
}
