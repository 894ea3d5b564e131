using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Hermes.Cli.Retransmissions;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.DeadLetters;

/// <summary><c>hermes dead-letters</c>.</summary>
internal static class DeadLetterCommands
{
    private static readonly string[] Columns = ["letter", "discardedAt", "messageId", "status", "attempts", "times", "reason"];

    public static Command Build(CommandContext context)
    {
        var command = new Command("dead-letters", "Messages that were given up, kept in the dead-letter topics of their subscriptions.")
        {
            BuildList(context), BuildShow(context), RetransmitStart.BuildRedrive(context),
        };
        context.Connection.AddTo(command);
        return command;
    }

    private static Command BuildList(CommandContext context)
    {
        var topic = CommandContext.TopicArgument(isRequired: false);
        var subscription = CommandContext.SubscriptionArgument();
        subscription.Arity = ArgumentArity.ZeroOrOne;
        var limit = new Option<int>("--limit") { Description = "At most so many letters, the newest.", DefaultValueFactory = _ => 100 };
        limit.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 100_000)
                result.AddError("--limit must be from 1 to 100000.");
        });
        var json = CommandContext.JsonOption();
        var command = new Command("list", "List a subscription's dead letters; without one, the dead-letter topics of all subscriptions that have one.") { topic, subscription, limit, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (inTopic, name) = (parsed.GetValue(topic), parsed.GetValue(subscription));
            if (inTopic is not null && name is null)
                throw new UsageException("A topic needs a subscription beside it.");
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            IReadOnlyList<JsonObject> rows;
            IReadOnlyList<string> columns;
            if (name is null)
            {
                (rows, columns) = (await TopicsAsync(context, hermes, cancellationToken), ["subscription", "topic", "letters"]);
            }
            else
            {
                var shelf = LetterShelf.Of(hermes, await hermes.Reader.SubscriptionAsync(new(inTopic!, name), cancellationToken));
                (rows, columns) = ([.. (await shelf.NewestAsync(parsed.GetValue(limit), cancellationToken)).Select(l => l.ToRow())], Columns);
            }
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonArray([.. rows]));
            else
                context.Printer.Table(columns, rows.Select(row => (IReadOnlyList<string>)[.. columns.Select(c => row[c]?.ToString() ?? "-")]));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildShow(CommandContext context)
    {
        var topic = CommandContext.TopicArgument();
        var subscription = CommandContext.SubscriptionArgument();
        var letter = new Argument<(int Partition, long Offset)>("letter")
        {
            Description = "The letter, as the list names it: partition:offset.",
            CustomParser = static result =>
            {
                var text = result.Tokens[0].Value;
                if (text.Split(':') is [var partition, var offset]
                    && int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var p)
                    && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var o))
                    return (p, o);
                result.AddError($"A letter must read partition:offset, but is '{text}'.");
                return default;
            },
        };
        var json = CommandContext.JsonOption();
        var command = new Command("show", "Show a dead letter: why, where it came from, and what it holds.") { topic, subscription, letter, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = new SubscriptionName(parsed.GetRequiredValue(topic), parsed.GetRequiredValue(subscription));
            var (partition, offset) = parsed.GetRequiredValue(letter);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var shelf = LetterShelf.Of(hermes, await hermes.Reader.SubscriptionAsync(name, cancellationToken));
            var found = await shelf.FindAsync(partition, offset, cancellationToken)
                ?? throw new CommandFailedException($"{shelf.Topic} has no letter {partition}:{offset} of {name}.");
            if (parsed.GetValue(json))
                context.Printer.Json(found.ToDocument());
            else
                context.Printer.Members(found.ToDocument());
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<IReadOnlyList<JsonObject>> TopicsAsync(CommandContext context, Connections.Installation hermes, CancellationToken cancellationToken)
    {
        List<JsonObject> rows = [];
        foreach (var name in await hermes.Reader.AllSubscriptionsAsync(cancellationToken))
        {
            try
            {
                var subscription = await hermes.Reader.SubscriptionAsync(name, cancellationToken);
                if (!SubscriptionExtensions.TryRead(subscription.Document, out var extensions, out var fault))
                {
                    context.Printer.Note($"{name}: {fault}."); // one bad document does not hide the others
                    continue;
                }
                if (extensions.DeadLetter is null)
                    continue;
                var topic = LetterShelf.TopicOf(hermes, subscription);
                rows.Add(new() { ["subscription"] = name.ToString(), ["topic"] = topic, ["letters"] = await LetterShelf.CountAsync(hermes, topic) });
            }
            catch (RegistryException e)
            {
                context.Printer.Note(e.Message);
            }
        }
        return rows;
    }
}
