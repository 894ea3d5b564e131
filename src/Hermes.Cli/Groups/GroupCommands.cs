using System.CommandLine;
using System.Text.Json.Nodes;
using Hermes.Cli.Connections;
using Hermes.Cli.Documents;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Groups;

/// <summary><c>hermes group</c>.</summary>
internal static class GroupCommands
{
    public static Command Build(CommandContext context)
    {
        var command = new Command("group", "Groups: they hold topics.") { Create(context), List(context), Show(context), Delete(context) };
        context.Connection.AddTo(command);
        return command;
    }

    private static Command Create(CommandContext context)
    {
        var group = CommandContext.GroupArgument();
        var input = new DocumentInput();
        var command = new Command("create", "Create a group; in a new installation also the folders above it.") { group };
        input.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(group);
            var asked = new JsonObject { ["groupName"] = name };
            Overlay.Apply(asked, await input.ReadFileAsync(parsed, context.Terminal, cancellationToken));
            input.Apply(parsed, asked);
            DocumentRules.Check(asked, [], [("groupName", name)]);
            var document = Typed.Read(asked, DocumentJson.Instance.GroupDocument);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            if (await hermes.ZooKeeper.FindAsync(hermes.Paths.Group(name), cancellationToken) is not null)
                throw new CommandFailedException($"Group {name} exists already.");
            await Certain.CreateAsync(
                () => hermes.Writer.CreateGroupAsync(document, cancellationToken),
                async () => await hermes.ZooKeeper.FindAsync(hermes.Paths.Group(name), cancellationToken) is not null);
            context.Printer.Line($"Created group {name}.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var json = CommandContext.JsonOption();
        var command = new Command("list", "List the groups.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var groups = new List<(string Name, int Topics)>();
            foreach (var name in await hermes.Reader.GroupsAsync(cancellationToken))
                groups.Add((name, await CountTopicsAsync(hermes, name, cancellationToken)));
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonArray([.. groups.Select(g => new JsonObject { ["groupName"] = g.Name, ["topics"] = g.Topics })]));
            else
                context.Printer.Table(["group", "topics"], groups.Select(g => (IReadOnlyList<string>)[g.Name, g.Topics.ToString()]));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Show(CommandContext context)
    {
        var group = CommandContext.GroupArgument();
        var json = CommandContext.JsonOption();
        var command = new Command("show", "Show a group and its topics.") { group, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(group);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var document = Typed.Write(await hermes.Reader.GroupAsync(name, cancellationToken), DocumentJson.Instance.GroupDocument);
            var topics = await hermes.Reader.TopicsAsync(name, cancellationToken);
            if (parsed.GetValue(json))
            {
                context.Printer.Json(new JsonObject
                {
                    ["document"] = document,
                    ["topics"] = new JsonArray([.. topics.Select(t => JsonValue.Create(t.ToString()))]),
                });
                return ExitCode.Ok;
            }
            context.Printer.Members(document);
            context.Printer.Table(["topics"], topics.Select(t => (IReadOnlyList<string>)[t.ToString()]));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Delete(CommandContext context)
    {
        var group = CommandContext.GroupArgument();
        var command = new Command("delete", "Delete a group that holds no topics.") { group };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(group);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            await hermes.Writer.DeleteGroupAsync(name, cancellationToken);
            context.Printer.Line($"Deleted group {name}.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<int> CountTopicsAsync(Installation hermes, string group, CancellationToken cancellationToken) =>
        (await hermes.ZooKeeper.FindAsync(hermes.Paths.Topics(group), cancellationToken))?.ChildCount ?? 0;
}
