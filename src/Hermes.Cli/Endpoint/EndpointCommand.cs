using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;

namespace Hermes.Cli.Endpoint;

/// <summary><c>hermes endpoint</c>: answers HTTP requests by a script and counts messages, for trying things out.</summary>
internal static class EndpointCommand
{
    public static Command Build(Terminal terminal)
    {
        var listen = new Option<IPEndPoint>("--listen")
        {
            Description = "Address and port to listen on; port 0 takes a free one.",
            HelpName = "ADDRESS:PORT",
            DefaultValueFactory = static _ => new(IPAddress.Loopback, 8099),
            CustomParser = static result =>
            {
                if (IPEndPoint.TryParse(result.Tokens[0].Value, out var endpoint))
                    return endpoint;
                result.AddError($"--listen must read ADDRESS:PORT, but is '{result.Tokens[0].Value}'.");
                return null;
            },
        };
        var answer = new Option<AnswerScript>("--answer")
        {
            Description = "Answers in order of arrival: '503:2,200' is 503 for the first two requests and 200 from then on.",
            HelpName = "STATUS[:COUNT],...",
            DefaultValueFactory = static _ => AnswerScript.Fine,
            CustomParser = static result =>
            {
                if (AnswerScript.TryParse(result.Tokens[0].Value, out var script, out var fault))
                    return script;
                result.AddError($"--answer: {fault}");
                return null;
            },
        };
        var expect = new Option<int?>("--expect")
        {
            Description = "End with exit code 0 once so many distinct messages were answered 2xx.",
            HelpName = "COUNT",
        };
        expect.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
                result.AddError("--expect must be at least 1.");
        });
        var timeout = new Option<double?>("--timeout") { Description = "End after so many seconds; with --expect, with exit code 1.", HelpName = "SECONDS" };
        timeout.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<double?>() is <= 0 or > int.MaxValue / 1000 or double.NaN)
                result.AddError("--timeout must be a positive number of seconds.");
        });
        var record = new Option<string?>("--record") { Description = "Write each request to this file, one JSON object a line.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Print the summary as JSON." };

        var command = new Command("endpoint", "Stand in for a subscriber: answer by a script, count messages, end when all have come.")
        {
            listen, answer, expect, timeout, record, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            terminal, parsed.GetRequiredValue(listen), parsed.GetRequiredValue(answer), parsed.GetValue(expect),
            parsed.GetValue(timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null, parsed.GetValue(record), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        Terminal terminal, IPEndPoint listen, AnswerScript script, int? expected, TimeSpan? timeout, string? recordPath, bool asJson,
        CancellationToken cancellationToken)
    {
        await using var endpoint = await ScriptedEndpoint.StartAsync(
            listen, script, recordPath is null ? null : new RequestRecord(recordPath), expected, cancellationToken);
        await terminal.Error.WriteLineAsync($"Listening on {endpoint.Address}");
        using var deadline = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, TimeProvider.System);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await endpoint.Enough.WaitAsync(end.Token);
        }
        catch (OperationCanceledException) { } // told to end, or out of time: what came until now is the result

        var summary = endpoint.Tally.Summarize();
        await terminal.Output.WriteLineAsync(asJson ? ToJson(summary) : summary.ToString());
        if (expected is null || endpoint.Enough.IsCompletedSuccessfully)
            return ExitCode.Ok;
        var within = deadline.IsCancellationRequested ? $" within {timeout!.Value.TotalSeconds:0.###} s" : "";
        await terminal.Error.WriteLineAsync($"hermes: {summary.Distinct} of {expected} messages came{within}.");
        return ExitCode.Failed;
    }

    private static string ToJson(TallySummary summary) => new JsonObject
    {
        ["distinct"] = summary.Distinct,
        ["repeats"] = summary.Repeats,
        ["requests"] = summary.Requests,
        ["byStatus"] = new JsonObject(summary.ByStatus.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key.ToString(), pair.Value))),
    }.ToJsonString();
}
