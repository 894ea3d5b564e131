using System.CommandLine;
using System.Text.Json.Nodes;
using Hermes.Cli.Output;
using Hermes.Shared.ConsumerGroups;

namespace Hermes.Cli.ConsumerGroups;

/// <summary><c>hermes groups</c>: consumer groups of Kafka, and what the janitor has done to them.</summary>
internal static class ConsumerGroupCommands
{
    private const int AtOnce = 32;

    public static Command Build(CommandContext context)
    {
        var command = new Command("groups", "Consumer groups: of which subscription, deleted ones, and how to restore those.")
        {
            BuildList(context), BuildShow(context), BuildDelete(context), BuildRestore(context), BuildHistory(context),
            GroupPlanCommands.BuildPlan(context), GroupPlanCommands.BuildApply(context),
        };
        context.Connection.AddTo(command);
        return command;
    }

    private static Argument<string> GroupArgument() => new("group") { Description = "The consumer group's id in Kafka." };

    private static Command BuildList(CommandContext context)
    {
        var json = CommandContext.JsonOption();
        var command = new Command("list", "List the consumer groups of ours: state, members, lag, last movement, owner, what the janitor's rules say; and those that can be restored.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var listing = await GroupListing.ReadAsync(hermes, cancellationToken);
            var rows = new List<JsonObject>();
            foreach (var some in (await listing.GroupsAsync(cancellationToken)).Chunk(AtOnce))
                rows.AddRange(await Task.WhenAll(some.Select(group => listing.RowAsync(group, cancellationToken))));
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonArray([.. rows]));
            else
                context.Printer.Table([.. GroupListing.Columns], rows.Select(row => (IReadOnlyList<string>)[.. GroupListing.Columns.Select(c => row[c]?.ToString() ?? "")]));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildShow(CommandContext context)
    {
        var group = GroupArgument();
        var json = CommandContext.JsonOption();
        var command = new Command("show", "Show a consumer group: its state, its offsets, and its tombstone.") { group, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(group);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var listing = await GroupListing.ReadAsync(hermes, cancellationToken);
            var shown = await listing.RowAsync(name, cancellationToken);
            var tombstones = await listing.TombstonesAsync(name, cancellationToken);
            if ((string?)shown["state"] == "absent" && tombstones.Count == 0)
                throw new CommandFailedException($"There is no consumer group {name}, and no tombstone of one.");
            var offsets = await hermes.WithKafkaAsync(kafka => kafka.CommittedAsync(name));
            shown["offsets"] = new JsonObject(offsets.Select(o => KeyValuePair.Create($"{o.Topic}:{o.Partition.Value}", (JsonNode?)o.Offset.Value)));
            if (tombstones.Count > 0)
                shown["tombstones"] = tombstones;
            if (parsed.GetValue(json))
                context.Printer.Json(shown);
            else
                context.Printer.Members(shown);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildDelete(CommandContext context)
    {
        var group = GroupArgument();
        var json = CommandContext.JsonOption();
        var command = new Command("delete", "Have the janitor delete the group of a subscription that is gone, as soon as it has no members.") { group, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(group);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var offsets = await hermes.WithKafkaAsync(kafka => kafka.CommittedAsync(name));
            if (hermes.Names.SubscriptionOf(name, offsets.Select(o => o.Topic)) is not { } subscription)
                throw new CommandFailedException($"{name} is no consumer group of a subscription: the topics that it has offsets of do not say so.");
            if (await hermes.ZooKeeper.FindAsync(hermes.Paths.Subscription(subscription), cancellationToken) is not null)
                throw new CommandFailedException($"Group {name} is of subscription {subscription}, which is there: delete the subscription, and its group goes with it.");
            await hermes.ZooKeeper.MultiAsync(await hermes.CleanUp.AskAsync(subscription, cancellationToken), cancellationToken);
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonObject { ["group"] = name, ["subscription"] = subscription.ToString(), ["isAsked"] = true });
            else
                context.Printer.Line($"Group {name} is left to the clean-up.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildRestore(CommandContext context)
    {
        var group = GroupArgument();
        var json = CommandContext.JsonOption();
        var topic = new Option<string?>("--topic") { Description = "Only the offsets of this Kafka topic, which the group did not read any more and the janitor removed." };
        var command = new Command("restore", "Give a deleted consumer group its offsets back; where it has members by now, by a retransmission job.") { group, topic, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(group);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var of = parsed.GetValue(topic);
            if ((await hermes.GroupRecords.FindAsync(GroupKey.Of(name, of), cancellationToken))?.Tombstone is not { IsDeleted: true } tombstone)
                throw new CommandFailedException(of is null ? $"There is no tombstone of a deleted consumer group {name}." : $"There is no tombstone of offsets that group {name} had of {of}.");
            if (tombstone.RestoredAt is { } before)
                throw new CommandFailedException($"Group {name} was restored already, at {before:O}.");
            try
            {
                var how = await hermes.WithKafkaAsync(kafka => new GroupRestorer(hermes.ZooKeeper, hermes.GroupRecords, kafka, hermes.Jobs, TimeProvider.System)
                    .RestoreAsync(tombstone, "asked for", [], cancellationToken));
                if (parsed.GetValue(json))
                    context.Printer.Json(new JsonObject { ["group"] = name, ["topic"] = of, ["how"] = how });
                else
                    context.Printer.Line($"Restored group {name}: {how}.");
                return ExitCode.Ok;
            }
            catch (InvalidOperationException e)
            {
                throw new CommandFailedException(e.Message, e);
            }
        });
        return command;
    }

    private static Command BuildHistory(CommandContext context)
    {
        var json = CommandContext.JsonOption();
        var command = new Command("history", "Show what was done to consumer groups, the oldest first.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var events = await hermes.GroupRecords.HistoryAsync(cancellationToken);
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonArray([.. events.Select(e => (JsonNode)Documents.Typed.Write(e, JanitorJson.Instance.GroupEvent))]));
            else
                context.Printer.Table(["at", "group", "what", "by"], events.Select(e => (IReadOnlyList<string>)[Printer.Moment(e.At), e.Group, e.What, e.By]));
            return ExitCode.Ok;
        });
        return command;
    }
}
