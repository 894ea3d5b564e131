using System.CommandLine;
using System.Text.Json.Nodes;
using Hermes.Cli.Connections;
using Hermes.Cli.Output;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;

namespace Hermes.Cli.ConsumerGroups;

/// <summary><c>hermes groups</c>: consumer groups of Kafka, and what the janitor has done to them.</summary>
internal static class ConsumerGroupCommands
{
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
        var command = new Command("list", "List the consumer groups of the subscriptions, and those that were deleted and can be restored.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var rows = new List<JsonObject>();
            var owners = await OwnersAsync(hermes, cancellationToken);
            foreach (var (group, subscription) in owners.OrderBy(o => o.Key, StringComparer.Ordinal))
                rows.Add(await RowAsync(hermes, group, subscription.ToString(), null));
            foreach (var group in (await hermes.GroupRecords.ListAsync(cancellationToken)).Order(StringComparer.Ordinal))
            {
                if (await hermes.GroupRecords.FindAsync(group, cancellationToken) is { Tombstone: { IsDeleted: true } tombstone } && !owners.ContainsKey(group))
                    rows.Add(await RowAsync(hermes, group, tombstone.Subscription, tombstone));
            }
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonArray([.. rows]));
            else
                context.Printer.Table([.. Columns], rows.Select(row => (IReadOnlyList<string>)[.. Columns.Select(c => row[c]?.ToString() ?? "")]));
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
            var tombstone = (await hermes.GroupRecords.FindAsync(name, cancellationToken))?.Tombstone;
            var owner = (await OwnersAsync(hermes, cancellationToken)).GetValueOrDefault(name)?.ToString() ?? tombstone?.Subscription;
            var shown = await RowAsync(hermes, name, owner, tombstone);
            if ((string?)shown["state"] == "absent" && tombstone is null)
                throw new CommandFailedException($"There is no consumer group {name}, and no tombstone of one.");
            var offsets = await hermes.WithKafkaAsync(kafka => kafka.CommittedAsync(name));
            shown["offsets"] = new JsonObject(offsets.Select(o => KeyValuePair.Create($"{o.Topic}:{o.Partition.Value}", (JsonNode?)o.Offset.Value)));
            if (tombstone is not null)
                shown["tombstone"] = Documents.Typed.Write(tombstone, JanitorJson.Instance.Tombstone);
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
        var command = new Command("delete", "Have the janitor delete the group of a subscription that is gone, as soon as it has no members.") { group };
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
            context.Printer.Line($"Group {name} is left to the clean-up.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildRestore(CommandContext context)
    {
        var group = GroupArgument();
        var command = new Command("restore", "Give a deleted consumer group its offsets back; where it has members by now, by a retransmission job.") { group };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(group);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            if ((await hermes.GroupRecords.FindAsync(name, cancellationToken))?.Tombstone is not { IsDeleted: true } tombstone)
                throw new CommandFailedException($"There is no tombstone of a deleted consumer group {name}.");
            if (tombstone.RestoredAt is { } before)
                throw new CommandFailedException($"Group {name} was restored already, at {before:O}.");
            try
            {
                var how = await hermes.WithKafkaAsync(kafka => new GroupRestorer(hermes.ZooKeeper, hermes.GroupRecords, kafka, hermes.Jobs, TimeProvider.System)
                    .RestoreAsync(tombstone, "asked for", cancellationToken));
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

    private static IReadOnlyList<string> Columns { get; } = ["group", "subscription", "state", "members", "lag", "deleted"];

    private static async Task<Dictionary<string, SubscriptionName>> OwnersAsync(Installation hermes, CancellationToken cancellationToken) =>
        (await hermes.Reader.AllSubscriptionsAsync(cancellationToken)).ToDictionary(hermes.Names.ConsumerGroup, StringComparer.Ordinal);

    private static Task<JsonObject> RowAsync(Installation hermes, string group, string? subscription, Tombstone? tombstone) => hermes.WithKafkaAsync(async kafka =>
    {
        var found = await kafka.FindGroupAsync(group);
        var offsets = found is null ? [] : await kafka.CommittedAsync(group);
        var ends = offsets.Count == 0 ? [] : await kafka.EndsAsync([.. offsets.Select(o => o.TopicPartition)]);
        return new JsonObject
        {
            ["group"] = group,
            ["subscription"] = subscription,
            ["state"] = found?.State.ToString() ?? "absent",
            ["members"] = found?.Members ?? 0,
            ["lag"] = ends.Sum(e => e.Offset.Value) - offsets.Sum(o => o.Offset.Value),
            ["deleted"] = tombstone is { IsDeleted: true, RestoredAt: null } ? Printer.Moment(tombstone.At) : null,
        };
    });
}
