using System.CommandLine;
using Hermes.Shared.Jobs;

namespace Hermes.Cli.Retransmissions;

/// <summary><c>hermes retransmit pause</c> and <c>resume</c>.</summary>
internal static class RetransmitPause
{
    public static Command Build(CommandContext context, bool isPause)
    {
        var id = RetransmitCommands.IdArgument();
        var command = new Command(isPause ? "pause" : "resume", isPause ? "Let a replay rest." : "Let a paused replay go on.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(id);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            if (await hermes.ZooKeeper.TryGetAsync(hermes.JobPaths.Job(name), cancellationToken) is not { } node)
                throw RetransmitCommands.Missing(name);
            if (Mode(node.Data) != JobModes.Replay)
                throw new CommandFailedException($"Job {name} is no replay: only those can rest.");
            await hermes.Jobs.PauseAsync(name, isPause, CommandContext.User, cancellationToken);
            context.Printer.Line($"Job {name} is asked to {(isPause ? "rest" : "go on")}.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string? Mode(ReadOnlyMemory<byte> data)
    {
        try
        {
            return JobRequest.Read(data)?.Document.Mode;
        }
        catch (JobRefusedException)
        {
            return null; // the retransmitter says in its status what is wrong with it
        }
    }
}
