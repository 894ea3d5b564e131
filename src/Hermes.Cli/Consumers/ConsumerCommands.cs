using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Hermes.Cli.Output;

namespace Hermes.Cli.Consumers;

/// <summary><c>hermes consumers</c>: the fleet of consumers, Hermes's own among them.</summary>
internal static class ConsumerCommands
{
    public static Command Build(CommandContext context)
    {
        var command = new Command("consumers", "The fleet of consumers: who is there, who leads, who serves what and how fast.") { BuildList(context) };
        context.Connection.AddTo(command);
        return command;
    }

    private static Command BuildList(CommandContext context)
    {
        var json = CommandContext.JsonOption();
        var command = new Command("list", "List the consumers with what is assigned to them.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var consumers = await FleetReading.ReadAsync(hermes, cancellationToken);
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonArray([.. consumers.Select(AsJson)]));
            else
                context.Printer.Table(["consumer", "state", "subscription", "max rate", "used"], consumers.SelectMany(Rows));
            return ExitCode.Ok;
        });
        return command;
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(FleetConsumer consumer)
    {
        var state = consumer switch
        {
            { IsPresent: false } => "away",
            { IsLeader: true } => "leader",
            _ => "present",
        };
        if (consumer.Work.Count == 0)
            yield return [consumer.Name, state, consumer.Fault ?? "", "", ""];
        foreach (var work in consumer.Work)
            yield return [consumer.Name, state, work.Subscription, Number(work.MaxRate), Number(work.Used)];
    }

    private static JsonNode AsJson(FleetConsumer consumer)
    {
        var node = new JsonObject
        {
            ["consumer"] = consumer.Name,
            ["present"] = consumer.IsPresent,
            ["leader"] = consumer.IsLeader,
            ["assignments"] = new JsonArray([.. consumer.Work.Select(w => (JsonNode)new JsonObject
            {
                ["subscription"] = w.Subscription, ["id"] = w.Id, ["maxRate"] = w.MaxRate, ["used"] = w.Used, ["operationsPerSecond"] = w.Operations,
            })]),
        };
        if (consumer.Cpu is { } cpu)
            node["cpuUtilization"] = cpu;
        if (consumer.Fault is { } fault)
            node["fault"] = fault;
        return node;
    }

    private static string Number(double? value) => value?.ToString("0.##", CultureInfo.InvariantCulture) ?? "";
}
