using System.CommandLine;
using System.Text.Json.Nodes;
using Hermes.Cli.Connections;
using Hermes.Shared.Hosting;

namespace Hermes.Cli.Doctor;

/// <summary><c>hermes doctor</c>: examines a whole installation, and says what to do.</summary>
internal static class DoctorCommand
{
    public static Command Build(CommandContext context)
    {
        var json = CommandContext.JsonOption();
        var command = new Command("doctor", "Examine the whole installation, and say what is wrong and what to do about it. Ends with 1 when something is wrong.") { json };
        context.Connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var findings = new Findings();
            findings.Ok("hermes", $"version {WorkerSignature.Version}");
            await ExamineAsync(context, parsed, findings, cancellationToken);
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonArray([.. findings.All.Select(Document)]));
            else
                Print(context, findings);
            return findings.IsSomethingWrong ? ExitCode.Failed : ExitCode.Ok;
        });
        return command;
    }

    private static async Task ExamineAsync(CommandContext context, ParseResult parsed, Findings findings, CancellationToken cancellationToken)
    {
        Installation hermes;
        try
        {
            hermes = await context.OpenAsync(parsed, cancellationToken);
        }
        catch (CommandFailedException e)
        {
            findings.Wrong("ZooKeeper", e.Message, "Check ZooKeeper:ConnectionString, ZooKeeper:Tls and ZooKeeper:User, and the servers themselves. Nothing else can be looked at before.");
            return;
        }
        await using (hermes)
        {
            var clock = context.Terminal.Clock;
            var kafka = new KafkaChecks(hermes, findings);
            var registry = new RegistryChecks(hermes, findings, clock);
            var hasRegistry = await new ServerChecks(hermes, findings, clock).RunAsync(cancellationToken);
            await new EnsembleChecks(hermes, findings).RunAsync(cancellationToken);
            var hasKafka = await kafka.RunAsync(cancellationToken);
            if (hasRegistry)
                await registry.RunAsync(cancellationToken);
            if (hasRegistry && hasKafka)
                await kafka.CompareAsync(registry, isWhole: !findings.All.Any(f => f is { Check: "documents" or "nodes without data", State: FindingState.Wrong }));
            if (hasRegistry)
            {
                await new WorkChecks(hermes, findings, clock).RunAsync(cancellationToken);
                await new FleetChecks(hermes, findings).RunAsync(cancellationToken);
            }
        }
    }

    private static JsonNode Document(Finding finding) => new JsonObject
    {
        ["check"] = finding.Check,
        ["state"] = finding.State.ToString().ToLowerInvariant(),
        ["what"] = finding.What,
        ["advice"] = finding.Advice,
    };

    private static void Print(CommandContext context, Findings findings)
    {
        context.Printer.Table(["", "check", "found"], findings.All.Select(f => (IReadOnlyList<string>)[f.State switch { FindingState.Ok => "ok", FindingState.Note => "note", _ => "WRONG" }, f.Check, f.What]));
        foreach (var advice in findings.All.Where(f => f.Advice is not null).GroupBy(f => (f.Check, f.Advice)))
            context.Printer.Line($"{advice.Key.Check}: {advice.Key.Advice}");
    }
}
