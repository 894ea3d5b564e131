using System.CommandLine;
using System.Text.Json.Nodes;
using Hermes.Cli.Documents;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Subscriptions;

/// <summary><c>hermes subscription update</c>: changes members and keeps all others, also those that it does not know.</summary>
internal static class SubscriptionUpdate
{
    public static Command Build(CommandContext context)
    {
        var topic = CommandContext.TopicArgument();
        var subscription = CommandContext.SubscriptionArgument();
        var input = new SubscriptionInput();
        var command = new Command("update", "Change members of a subscription; all others stay as they are.") { topic, subscription };
        input.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = new SubscriptionName(parsed.GetRequiredValue(topic), parsed.GetRequiredValue(subscription));
            var asked = await input.ReadAsync(parsed, context.Terminal, cancellationToken);
            if (input.IsEmpty(parsed, asked))
                throw new UsageException("Nothing to change: give --set, --file, --endpoint, --description, --owner or --delivery-type.");
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var contentType = (await hermes.Reader.TopicAsync(name.Topic, cancellationToken)).Document.ContentType;
            var isChanged = false;
            JsonObject? written = null;
            await hermes.Writer.UpdateSubscriptionAsync(name, present =>
            {
                var before = Typed.Write(present, DocumentJson.Instance.SubscriptionDocument);
                written = Change(name, before, parsed, input, asked);
                SubscriptionRules.Check(name, written);
                SubscriptionRules.CheckFilters(written, contentType);
                isChanged = !JsonNode.DeepEquals(before, written);
                return isChanged ? Typed.Read(written, DocumentJson.Instance.SubscriptionDocument) : present;
            }, cancellationToken);
            foreach (var unknown in SubscriptionRules.Unknown(name, written!))
                context.Printer.Note($"{unknown} is no member that Hermes knows; it is kept as it is.");
            context.Printer.Line(isChanged ? $"Updated subscription {name}." : $"Subscription {name} is so already.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static JsonObject Change(SubscriptionName name, JsonObject before, ParseResult parsed, SubscriptionInput input, JsonObject asked)
    {
        var document = before.DeepClone().AsObject();
        // Another way of delivery has another policy: it starts from its own defaults.
        if (input.DeliveryType(parsed, asked) is { } type && type != (before["deliveryType"]?.ToString() ?? DeliveryTypes.Serial))
            document["subscriptionPolicy"] = NewSubscription.Create(name, type)["subscriptionPolicy"]!.DeepClone();
        input.Apply(parsed, asked, document);
        return document;
    }
}
