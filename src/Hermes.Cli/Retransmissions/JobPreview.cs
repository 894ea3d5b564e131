using System.Text.Json.Nodes;
using Hermes.Cli.Connections;
using Hermes.Delivery;
using Hermes.Shared.Jobs;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Retransmissions;

/// <summary>What a job would come to, by the broker as it is now.</summary>
internal sealed class JobPreview
{
    private readonly IReadOnlyList<string> _columns;
    private readonly IReadOnlyList<JsonObject> _rows;

    private JobPreview(IReadOnlyList<JsonObject> rows, string question, string promise)
    {
        (_rows, Question, Promise) = (rows, question, promise);
        _columns = rows.Count == 0 ? [] : [.. rows[0].Select(member => member.Key)];
        Messages = rows.Sum(row => (long)row["messages"]!);
    }

    /// <summary>How many messages will be delivered, at most.</summary>
    public long Messages { get; }

    public string Question { get; }

    public string Promise { get; }

    /// <exception cref="CommandFailedException">The job would be refused: says why.</exception>
    public static async Task<JobPreview> WorkOutAsync(Installation hermes, JobDocument document, RegisteredSubscription subscription, RegisteredTopic topic)
    {
        try
        {
            var request = JobRequest.Check(document);
            var now = TimeProvider.System.GetUtcNow();
            if (document.Mode == JobModes.Rewind)
            {
                var moves = await hermes.WithKafkaAsync(kafka => new RewindPlanner(kafka, hermes.Names).PlanAsync(request, topic, now));
                return new([.. moves.Select(m => new JsonObject
                {
                    ["topic"] = m.Topic, ["partition"] = m.Partition, ["from"] = m.From, ["to"] = m.To, ["messages"] = m.Messages,
                })], $"Move {subscription.Name} there?", $"{moves.Count} partitions of {subscription.Name} will be moved");
            }
            if (Support.Check(ReplaySubscription.Lay(subscription.Document, document, "preview"), topic.Document) is { } reason)
                throw new JobRefusedException($"It cannot be delivered: {reason}.");
            var ranges = await hermes.WithKafkaAsync(kafka => new ReplayPlanner(new(kafka, hermes.Names), kafka).PlanAsync(request, subscription, topic, now));
            return new([.. ranges.Select(r => new JsonObject
            {
                ["topic"] = r.Topic, ["partition"] = r.Partition, ["first"] = r.First, ["end"] = r.End, ["messages"] = r.End - r.First,
            })], $"Deliver these to {subscription.Name} beside its live traffic?", $"{ranges.Count(r => r.End > r.First)} partitions will be replayed to {subscription.Name}");
        }
        catch (JobRefusedException e)
        {
            throw new CommandFailedException(e.Message, e);
        }
    }

    public void Show(CommandContext context, bool isJson)
    {
        if (isJson)
        {
            context.Printer.Json(new JsonArray([.. _rows.Select(row => row.DeepClone())]));
            return;
        }
        context.Printer.Table(_columns, _rows.Select(row => (IReadOnlyList<string>)[.. _columns.Select(c => row[c]?.ToString() ?? "-")]));
        context.Printer.Line($"{Messages} messages, at most.");
    }
}
