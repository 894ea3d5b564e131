using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hermes.Cli.Connections;
using Hermes.Cli.Documents;
using Hermes.Cli.Output;
using Hermes.Shared.Jobs;

namespace Hermes.Cli.Retransmissions;

/// <summary><c>hermes retransmit list</c> and <c>show</c>.</summary>
internal static class RetransmitReading
{
    private static readonly TimeSpan Recent = TimeSpan.FromDays(1);

    public static Command BuildList(CommandContext context)
    {
        var all = new Option<bool>("--all") { Description = "Also those that were finished more than a day ago." };
        var json = CommandContext.JsonOption();
        var command = new Command("list", "List jobs, the oldest first.") { all, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var rows = new List<JsonObject>();
            foreach (var id in await hermes.Jobs.ListAsync(cancellationToken))
            {
                if (await ReadAsync(context, hermes, id, cancellationToken) is { } job && (parsed.GetValue(all) || IsRecent(job.Status)))
                    rows.Add(Row(id, job.Document, job.Status));
            }
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonArray([.. rows]));
            else
                context.Printer.Table([.. Columns], rows.Select(row => (IReadOnlyList<string>)[.. Columns.Select(c => row[c]?.ToString() ?? "")]));
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command BuildShow(CommandContext context)
    {
        var id = RetransmitCommands.IdArgument();
        var json = CommandContext.JsonOption();
        var command = new Command("show", "Show a job: what is asked, where it stands, and its history.") { id, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(id);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var (document, status) = await ReadAsync(context, hermes, name, cancellationToken) ?? throw RetransmitCommands.Missing(name);
            var shown = new JsonObject { ["id"] = name, ["document"] = document?.DeepClone() };
            if (status is not null)
                shown["status"] = Typed.Write(status, JobJson.Instance.JobStatus);
            if (parsed.GetValue(json))
                context.Printer.Json(shown);
            else
                context.Printer.Members(shown);
            return ExitCode.Ok;
        });
        return command;
    }

    private static IReadOnlyList<string> Columns { get; } = ["id", "subscription", "mode", "phase", "progress", "updated", "reason"];

    private static JsonObject Row(string id, JsonNode? document, JobStatus? status) => new()
    {
        ["id"] = id,
        ["subscription"] = Text(document, "subscription"),
        ["mode"] = Text(document, "mode"),
        ["phase"] = status?.Phase,
        ["progress"] = status switch
        {
            null => null,
            { Replay: { } replay } => $"{replay.Done}/{replay.Total}",
            _ => $"{status.Partitions.Count(p => p.Moved is not null)}/{status.Partitions.Count}",
        },
        ["updated"] = status is null ? null : Printer.Moment(status.UpdatedAt),
        ["reason"] = status?.Reason,
    };

    private static bool IsRecent(JobStatus? status) =>
        status is null || !JobPhases.IsFinal(status.Phase) || TimeProvider.System.GetUtcNow() - status.UpdatedAt < Recent;

    private static string? Text(JsonNode? document, string member) =>
        document is JsonObject o && o[member] is JsonValue v && v.TryGetValue<string>(out var text) ? text : null;

    /// <summary>Reads a job as far as it can be read; what cannot is noted, and hides nothing else.</summary>
    private static async Task<(JsonNode? Document, JobStatus? Status)?> ReadAsync(CommandContext context, Installation hermes, string id, CancellationToken cancellationToken)
    {
        if (await hermes.ZooKeeper.TryGetAsync(hermes.JobPaths.Job(id), cancellationToken) is not { } node)
            return null;
        JobStatus? status = null;
        if (await hermes.ZooKeeper.TryGetAsync(hermes.JobPaths.Status(id), cancellationToken) is { } found)
        {
            try
            {
                status = JobJson.ReadStatus(found.Data.Span);
            }
            catch (JsonException e)
            {
                context.Printer.Note($"The status of job {id} cannot be read: {e.Message}");
            }
        }
        try
        {
            return (JsonNode.Parse(node.Data.Span), status);
        }
        catch (JsonException)
        {
            return (JsonValue.Create(Encoding.UTF8.GetString(node.Data.Span)), status); // as it is
        }
    }
}
