using System.CommandLine;
using System.Text.Json.Nodes;
using Hermes.Cli.Connections;
using Hermes.Cli.DeadLetters;
using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Retransmissions;

/// <summary><c>hermes retransmit start</c>: shows what would be moved, asks, and leaves a job for the retransmitters.</summary>
internal static class RetransmitStart
{
    public static Command Build(CommandContext context) => Build(context, isRedrive: false);

    /// <summary><c>hermes dead-letters redrive</c>: a replay of the subscription's dead letters, to nobody else.</summary>
    public static Command BuildRedrive(CommandContext context) => Build(context, isRedrive: true);

    private static Command Build(CommandContext context, bool isRedrive)
    {
        var topic = CommandContext.TopicArgument();
        var subscription = CommandContext.SubscriptionArgument();
        var target = new TargetOptions();
        var replay = new ReplayOptions();
        var mode = new Option<string>("--mode")
        {
            Description = "rewind: move the subscription's own offsets. replay: deliver a range beside the live traffic, and move nothing.",
            DefaultValueFactory = _ => JobModes.Rewind,
        };
        mode.AcceptOnlyFromAmong(JobModes.Rewind, JobModes.Replay);
        var deadLetters = new Option<bool>("--dead-letters") { Description = "Replay: deliver the subscription's dead letters in place of its topic's records." };
        var datacenter = new Option<string?>("--datacenter") { Description = "Only this datacenter is to act; default: each one that sees the job." };
        var reason = new Option<string?>("--reason") { Description = "Why; it is kept with the job." };
        var allowEnd = new Option<bool>("--allow-end") { Description = "Allow a time after the last record: all that is undelivered is skipped." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would be moved." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var wait = new Option<bool>("--wait") { Description = "Wait for the job's end." };
        var timeout = RetransmitFollowing.TimeoutOption();
        var json = CommandContext.JsonOption();
        var command = isRedrive
            ? new Command("redrive", "Deliver dead letters again, to their subscription alone. They stay in their topic.") { topic, subscription }
            : new Command("start", "Deliver again from a moment or from offsets on; or, as a replay, a range.") { topic, subscription, mode, deadLetters, allowEnd };
        foreach (var option in new Option[] { datacenter, reason, dryRun, yes, wait, timeout, json })
            command.Options.Add(option);
        target.AddTo(command);
        replay.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = new SubscriptionName(parsed.GetRequiredValue(topic), parsed.GetRequiredValue(subscription));
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var subscribed = await hermes.Reader.SubscriptionAsync(name, cancellationToken);
            var registered = await hermes.Reader.TopicAsync(name.Topic, cancellationToken);
            var ofDeadLetters = isRedrive || parsed.GetValue(deadLetters);
            var primaryTopic = ofDeadLetters ? LetterShelf.TopicOf(hermes, subscribed) : hermes.Names.PrimaryTopic(name.Topic, registered.Document.ContentType == ContentTypes.Avro);
            var document = replay.Lay(new()
            {
                Version = JobDocument.KnownVersion,
                Subscription = name.ToString(),
                Mode = isRedrive ? JobModes.Replay : parsed.GetRequiredValue(mode),
                Source = ofDeadLetters ? JobSources.DeadLetters : null,
                Target = target.Read(parsed, primaryTopic),
                Datacenter = parsed.GetValue(datacenter),
                AllowEnd = !isRedrive && parsed.GetValue(allowEnd),
                RequestedBy = CommandContext.User,
                Reason = parsed.GetValue(reason),
            }, parsed, primaryTopic);
            var preview = await JobPreview.WorkOutAsync(hermes, document, subscribed, registered);
            if (parsed.GetValue(dryRun))
            {
                preview.Show(context, parsed.GetValue(json));
                return ExitCode.Ok;
            }
            if (!parsed.GetValue(yes))
                await ConfirmAsync(context, preview, cancellationToken);
            var id = await hermes.Jobs.CreateAsync(document, cancellationToken);
            context.Printer.Note($"{preview.Promise}; {preview.Messages} messages will be delivered, at most.");
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonObject { ["id"] = id, ["messages"] = preview.Messages });
            else
                context.Printer.Line(id);
            return parsed.GetValue(wait) ? await RetransmitFollowing.FollowAsync(context, hermes, id, parsed.GetValue(timeout), cancellationToken) : ExitCode.Ok;
        });
        return command;
    }

    private static async Task ConfirmAsync(CommandContext context, JobPreview preview, CancellationToken cancellationToken)
    {
        if (context.Terminal.Width is null)
            throw new UsageException("Nobody is there to be asked: --yes says that it may be done, --dry-run only shows it.");
        preview.Show(context, isJson: false);
        await context.Terminal.Output.WriteAsync($"{preview.Question} [y/N] ");
        using var answers = new StreamReader(context.Terminal.Input, leaveOpen: true);
        if (await answers.ReadLineAsync(cancellationToken) is not ("y" or "Y" or "yes"))
            throw new CommandFailedException("Nothing was done.");
    }
}
