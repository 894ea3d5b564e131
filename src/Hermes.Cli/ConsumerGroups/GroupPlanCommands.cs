using System.CommandLine;
using System.Text.Json.Nodes;
using Hermes.Cli.Output;
using Hermes.Shared.ConsumerGroups;

namespace Hermes.Cli.ConsumerGroups;

/// <summary><c>hermes groups plan</c> and <c>apply</c>: what the janitor would delete, and that it may.</summary>
internal static class GroupPlanCommands
{
    public static Command BuildPlan(CommandContext context)
    {
        var json = CommandContext.JsonOption();
        var command = new Command("plan", "Show the janitor's newest plan: which groups that nobody uses are to be deleted, and why.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            if (await hermes.GroupRecords.PlansAsync(cancellationToken) is not [.., var id] || await hermes.GroupRecords.FindPlanAsync(id, cancellationToken) is not { } plan)
                throw new CommandFailedException("The janitor has no plan: no group has looked abandoned for long enough.");
            if (parsed.GetValue(json))
            {
                context.Printer.Json(new JsonObject { ["id"] = id, ["plan"] = Documents.Typed.Write(plan, JanitorJson.Instance.GroupPlan) });
                return ExitCode.Ok;
            }
            context.Printer.Table(["group", "of topic", "subscription", "since", "looks"], plan.Groups.Select(g =>
                (IReadOnlyList<string>)[g.Group, g.Topic ?? "", g.Subscription, Printer.Moment(g.FirstSeen), $"{g.Looks}"]));
            context.Printer.Line($"hermes groups apply {id}");
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command BuildApply(CommandContext context)
    {
        var plan = new Argument<string>("plan") { Description = "The plan's id." };
        var json = CommandContext.JsonOption();
        var command = new Command("apply", "Have the janitor carry a plan out, as far as it is still so then.") { plan, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var id = parsed.GetRequiredValue(plan);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            if (!Guid.TryParse(id, out _) || !await hermes.GroupRecords.ApplyAsync(id, CommandContext.User, cancellationToken))
                throw new CommandFailedException($"There is no plan {id}.");
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonObject { ["id"] = id, ["isAsked"] = true });
            else
                context.Printer.Line($"Plan {id} will be carried out at the janitor's next look.");
            return ExitCode.Ok;
        });
        return command;
    }
}
