using System.CommandLine;
using System.Text.Json.Nodes;
using Hermes.Cli.Connections;
using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Retransmissions;

/// <summary><c>hermes retransmit start</c>: shows what would be moved, asks, and leaves a job for the retransmitters.</summary>
internal static class RetransmitStart
{
    public static Command Build(CommandContext context)
    {
        var topic = CommandContext.TopicArgument();
        var subscription = CommandContext.SubscriptionArgument();
        var target = new TargetOptions();
        var mode = new Option<string>("--mode") { Description = "rewind: move the subscription's own offsets.", DefaultValueFactory = _ => JobModes.Rewind };
        mode.AcceptOnlyFromAmong(JobModes.Rewind);
        var datacenter = new Option<string?>("--datacenter") { Description = "Only this datacenter is to act; default: each one that sees the job." };
        var reason = new Option<string?>("--reason") { Description = "Why; it is kept with the job." };
        var allowEnd = new Option<bool>("--allow-end") { Description = "Allow a time after the last record: all that is undelivered is skipped." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would be moved." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var wait = new Option<bool>("--wait") { Description = "Wait for the job's end." };
        var timeout = RetransmitFollowing.TimeoutOption();
        var json = CommandContext.JsonOption();
        var command = new Command("start", "Deliver again from a moment or from offsets on.") { topic, subscription, mode, datacenter, reason, allowEnd, dryRun, yes, wait, timeout, json };
        target.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = new SubscriptionName(parsed.GetRequiredValue(topic), parsed.GetRequiredValue(subscription));
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            await hermes.Reader.SubscriptionAsync(name, cancellationToken);
            var registered = await hermes.Reader.TopicAsync(name.Topic, cancellationToken);
            var document = new JobDocument
            {
                Version = JobDocument.KnownVersion,
                Subscription = name.ToString(),
                Mode = parsed.GetRequiredValue(mode),
                Target = target.Read(parsed, hermes.Names.PrimaryTopic(name.Topic, registered.Document.ContentType == ContentTypes.Avro)),
                Datacenter = parsed.GetValue(datacenter),
                AllowEnd = parsed.GetValue(allowEnd),
                RequestedBy = $"{Environment.UserName}@{Environment.MachineName}",
                Reason = parsed.GetValue(reason),
            };
            var moves = await PreviewAsync(hermes, document, registered);
            if (parsed.GetValue(dryRun))
            {
                Show(context, moves, parsed.GetValue(json));
                return ExitCode.Ok;
            }
            if (!parsed.GetValue(yes))
                await ConfirmAsync(context, name, moves, cancellationToken);
            var id = await hermes.Jobs.CreateAsync(document, cancellationToken);
            context.Printer.Note($"{moves.Count} partitions of {name} will be moved; {moves.Sum(m => m.Messages)} messages will be delivered from there on, at most.");
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonObject { ["id"] = id, ["messages"] = moves.Sum(m => m.Messages) });
            else
                context.Printer.Line(id);
            return parsed.GetValue(wait) ? await RetransmitFollowing.FollowAsync(context, hermes, id, parsed.GetValue(timeout), cancellationToken) : ExitCode.Ok;
        });
        return command;
    }

    private static async Task<IReadOnlyList<PartitionMove>> PreviewAsync(Installation hermes, JobDocument document, RegisteredTopic topic)
    {
        try
        {
            var request = JobRequest.Check(document);
            return await hermes.WithKafkaAsync(kafka => new RewindPlanner(kafka, hermes.Names).PlanAsync(request, topic, TimeProvider.System.GetUtcNow()));
        }
        catch (JobRefusedException e)
        {
            throw new CommandFailedException(e.Message, e);
        }
    }

    private static void Show(CommandContext context, IReadOnlyList<PartitionMove> moves, bool isJson)
    {
        if (isJson)
        {
            context.Printer.Json(new JsonArray([.. moves.Select(m => new JsonObject
            {
                ["topic"] = m.Topic, ["partition"] = m.Partition, ["from"] = m.From, ["to"] = m.To, ["messages"] = m.Messages,
            })]));
            return;
        }
        context.Printer.Table(["topic", "partition", "committed", "target", "messages"],
            moves.Select(m => (IReadOnlyList<string>)[m.Topic, $"{m.Partition}", m.From is { } from ? $"{from}" : "-", $"{m.To}", $"{m.Messages}"]));
        context.Printer.Line($"{moves.Sum(m => m.Messages)} messages, at most.");
    }

    private static async Task ConfirmAsync(CommandContext context, SubscriptionName name, IReadOnlyList<PartitionMove> moves, CancellationToken cancellationToken)
    {
        if (context.Terminal.Width is null)
            throw new UsageException("Nobody is there to be asked: --yes says that it may be done, --dry-run only shows it.");
        Show(context, moves, isJson: false);
        await context.Terminal.Output.WriteAsync($"Move {name} there? [y/N] ");
        using var answers = new StreamReader(context.Terminal.Input, leaveOpen: true);
        if (await answers.ReadLineAsync(cancellationToken) is not ("y" or "Y" or "yes"))
            throw new CommandFailedException("Nothing was done.");
    }
}
