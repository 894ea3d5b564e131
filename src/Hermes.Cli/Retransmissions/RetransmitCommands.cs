using System.CommandLine;

namespace Hermes.Cli.Retransmissions;

/// <summary><c>hermes retransmit</c>.</summary>
internal static class RetransmitCommands
{
    public static Command Build(CommandContext context)
    {
        var command = new Command("retransmit", "Retransmissions: deliver again what a subscription has had already.")
        {
            RetransmitStart.Build(context), RetransmitReading.BuildList(context), RetransmitReading.BuildShow(context),
            RetransmitFollowing.BuildWatch(context), RetransmitPause.Build(context, isPause: true),
            RetransmitPause.Build(context, isPause: false), RetransmitCancel.Build(context),
        };
        context.Connection.AddTo(command);
        return command;
    }

    public static Argument<string> IdArgument()
    {
        var argument = new Argument<string>("id") { Description = "The job's id." };
        argument.Validators.Add(static result =>
        {
            if (result.Tokens is [var token, ..] && (token.Value.Length == 0 || token.Value.Contains('/', StringComparison.Ordinal)))
                result.AddError($"A job's id must be the name of its node, but is '{token.Value}'.");
        });
        return argument;
    }

    public static CommandFailedException Missing(string id) => new($"There is no retransmission job {id}.");
}
