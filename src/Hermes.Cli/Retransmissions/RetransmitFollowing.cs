using System.CommandLine;
using Hermes.Cli.Connections;
using Hermes.Shared.Jobs;

namespace Hermes.Cli.Retransmissions;

/// <summary><c>hermes retransmit watch</c>, and the wait of <c>start --wait</c>: a line, drawn over itself where that can be, until the end.</summary>
internal static class RetransmitFollowing
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan QuietPause = TimeSpan.FromSeconds(1);

    public static Option<int> TimeoutOption()
    {
        var option = new Option<int>("--timeout") { Description = "How many seconds to wait. Default 300.", DefaultValueFactory = _ => 300 };
        option.Validators.Add(static result =>
        {
            if (result.Tokens is [var token, ..] && (!int.TryParse(token.Value, out var seconds) || seconds <= 0))
                result.AddError($"--timeout must be a positive number of seconds, but is '{token.Value}'.");
        });
        return option;
    }

    public static Command BuildWatch(CommandContext context)
    {
        var id = RetransmitCommands.IdArgument();
        var timeout = TimeoutOption();
        var command = new Command("watch", "Follow a job to its end.") { id, timeout };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            return await FollowAsync(context, hermes, parsed.GetRequiredValue(id), parsed.GetValue(timeout), cancellationToken);
        });
        return command;
    }

    /// <returns>Success where the job completed.</returns>
    public static async Task<int> FollowAsync(CommandContext context, Installation hermes, string id, int seconds, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var line = new ProgressLine(TimeProvider.System);
        var (told, toldPhase, toldAt) = ("", "", -QuietPause);
        while (TimeProvider.System.GetElapsedTime(started) is var elapsed && elapsed < TimeSpan.FromSeconds(seconds))
        {
            var (_, status) = await hermes.Jobs.FindAsync(id, cancellationToken) ?? throw RetransmitCommands.Missing(id);
            var now = line.Describe(status);
            var isNews = $"{status?.Phase}{status?.WaitsFor}" is var phase && phase != toldPhase;
            // A log wants no line for each step; a terminal draws over the last one.
            if (now != told && (isNews || context.Terminal.Redraws || elapsed - toldAt >= QuietPause))
            {
                var start = context.Terminal.Redraws ? "\r\e[K" : "";
                await context.Terminal.Error.WriteAsync($"{start}{elapsed.TotalSeconds,6:0.0} s  {now}{(context.Terminal.Redraws ? "" : Environment.NewLine)}");
                (told, toldPhase, toldAt) = (now, phase, elapsed);
            }
            if (status is not null && JobPhases.IsFinal(status.Phase))
            {
                if (context.Terminal.Redraws)
                    await context.Terminal.Error.WriteLineAsync();
                return status.Phase is JobPhases.Completed ? ExitCode.Ok : throw new CommandFailedException($"Job {id} is {status.Phase}: {status.Reason}");
            }
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
        throw new CommandFailedException($"Job {id} has not ended within {seconds} s; it goes on. 'hermes retransmit watch {id}' follows it.");
    }
}
