using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Hermes.Cli.Connections;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Shared.Schemas;

namespace Hermes.Cli.Publishing;

/// <summary><c>hermes topic publish</c>.</summary>
internal static class PublishCommand
{
    private const int AnswerWithinMs = 30_000;

    public static Command Build(CommandContext context)
    {
        var topic = CommandContext.TopicArgument();
        var file = new Option<string>("--file", "-f")
        {
            Description = "Where the messages are: one JSON message a line. '-' is standard input.",
            HelpName = "FILE",
            DefaultValueFactory = static _ => "-",
        };
        var key = new Option<string?>("--key") { Description = "The messages' key: equal keys go to one partition." };
        var keyMember = new Option<string?>("--key-member") { Description = "The member of each message that is its key.", HelpName = "NAME" };
        var timestamp = new Option<long?>("--timestamp")
        {
            Description = "The messages' time: ISO text, or Unix milliseconds. Default: now.",
            HelpName = "TIME",
            CustomParser = static result =>
            {
                var text = result.Tokens[0].Value;
                if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ms))
                    return ms;
                if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                    return time.ToUnixTimeMilliseconds();
                result.AddError($"--timestamp must be ISO text or Unix milliseconds, but is '{text}'.");
                return null;
            },
        };
        var headers = new Option<string[]>("--header")
        {
            Description = "A header that subscribers get.",
            HelpName = "NAME=VALUE",
            Arity = ArgumentArity.ZeroOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        headers.Validators.Add(static result =>
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var token in result.Tokens.Select(token => token.Value))
            {
                var equals = token.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0)
                    result.AddError($"--header: '{token}' does not read NAME=VALUE.");
                else if (!names.Add(token[..equals]))
                    result.AddError($"--header: '{token[..equals]}' is given twice, which a consumer of Hermes cannot read.");
                else if (token[..equals] is "message" or "metadata")
                    result.AddError($"--header: '{token[..equals]}' would mislead Hermes's reader of messages.");
            }
        });
        var schemaVersion = new Option<int?>("--schema-version")
        {
            Description = "Of an Avro topic: the version of its schema by which the messages are written. Default: the newest.",
            HelpName = "N",
        };
        var json = new Option<bool>("--json") { Description = "Print the counts as JSON." };
        var command = new Command("publish", "Publish messages: one JSON message a line. To an Avro topic they go as Avro, by its schema.") { topic, file, key, keyMember, timestamp, headers, schemaVersion, json };
        command.Validators.Add(result =>
        {
            if (result.GetResult(key) is not null && result.GetResult(keyMember) is not null)
                result.AddError("Either --key or --key-member, not both.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(topic);
            var source = parsed.GetRequiredValue(file);
            await using var lines = Open(source, context.Terminal);
            await using var hermes = await context.OpenAsync(parsed, cancellationToken);
            var document = (await hermes.Reader.TopicAsync(name, cancellationToken)).Document;
            var isAvro = document.ContentType == ContentTypes.Avro;
            if (!isAvro && parsed.GetValue(schemaVersion) is not null)
                throw new UsageException($"--schema-version: topic {name} holds {document.ContentType}, not {ContentTypes.Avro}.");
            var kafkaTopic = hermes.Names.PrimaryTopic(name, isAvro);
            if ((await hermes.WithKafkaAsync(kafka => kafka.PartitionsAsync(kafkaTopic))).Count == 0)
                throw new CommandFailedException($"Kafka topic {kafkaTopic} is missing. 'hermes topic create {name}' creates it.");
            IMessageForm form = isAvro
                ? await AvroAsync(hermes, name, document, parsed.GetValue(schemaVersion), cancellationToken)
                : new JsonForm(hermes.Records);
            await hermes.LetZooKeeperGoAsync();
            var options = new PublishOptions(
                parsed.GetValue(key), parsed.GetValue(keyMember), parsed.GetValue(timestamp),
                [.. (parsed.GetValue(headers) ?? []).Select(Header)], document.MaxMessageSize);
            var config = hermes.KafkaClients.Producer();
            config.MessageTimeoutMs ??= AnswerWithinMs;
            config.LingerMs ??= 5;
            var publisher = new Publisher(kafkaTopic, form, hermes.Records, options, line => context.Terminal.Error.WriteLine($"hermes: {line}"), TimeProvider.System);
            var count = await publisher.PublishAsync(config, lines, cancellationToken);
            if (parsed.GetValue(json))
                context.Printer.Json(new JsonObject { ["topic"] = name.ToString(), ["published"] = count.Published, ["failed"] = count.Failed });
            else
                context.Printer.Line($"Published {count.Published} messages to {name}; {count.Failed} failed.");
            return count.Failed == 0 ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static async Task<AvroForm> AvroAsync(Installation hermes, TopicName topic, TopicDocument document, int? version, CancellationToken cancellationToken)
    {
        var subject = hermes.Schemas.Subject(topic);
        try
        {
            var schema = version is { } wanted
                ? await hermes.Schemas.FindAsync(new(subject, wanted, IsId: false), cancellationToken)
                : await hermes.Schemas.LatestAsync(subject, cancellationToken);
            var hasPrefix = document.SchemaIdAwareSerializationEnabled ?? false;
            return hasPrefix && schema.Id is null
                ? throw new CommandFailedException($"Topic {topic} wants its schema's id before each message, and the registry does not tell it.")
                : new(schema, hasPrefix, hermes.Records);
        }
        catch (SchemaUnknownException e)
        {
            throw new CommandFailedException($"Topic {topic} holds {ContentTypes.Avro}, and its schema is not there. {e.Message}", e);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailedException($"Topic {topic} holds {ContentTypes.Avro}, and the schema registry (Schemas:ServerUrl) gives no answer: {e.Message}", e);
        }
    }

    private static KeyValuePair<string, string> Header(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return new(text[..equals], text[(equals + 1)..]);
    }

    private static Stream Open(string source, Terminal terminal)
    {
        try
        {
            return source == "-" ? terminal.Input : File.OpenRead(source);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--file: {e.Message}");
        }
    }
}
