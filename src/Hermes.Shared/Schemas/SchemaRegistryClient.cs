using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Hermes.Shared.Avro;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;

namespace Hermes.Shared.Schemas;

/// <summary>Asks a registry that speaks Confluent's protocol. Keeps nothing: <see cref="SchemaStore"/> does.</summary>
public sealed class SchemaRegistryClient : IDisposable
{
    private const string ContentType = "application/vnd.schemaregistry.v1+json";

    // A schema is a few kilobytes; an answer that never ends must not fill the memory.
    private const long LargestAnswer = 8 * 1024 * 1024;
    private readonly HttpClient _http;
    private readonly SchemaSettings _settings;
    private readonly KafkaSettings _kafka;

    /// <summary>Connects with the first question.</summary>
    public SchemaRegistryClient(SchemaSettings settings, KafkaSettings kafka)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (_settings, _kafka) = (settings, kafka);
        var url = settings.ServerUrl.EndsWith('/') ? settings.ServerUrl : $"{settings.ServerUrl}/";
        _http = new(new SocketsHttpHandler { ConnectTimeout = settings.ConnectTimeout, AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new(url),
            Timeout = settings.ConnectTimeout + settings.ReadTimeout,
            MaxResponseContentBufferSize = LargestAnswer,
        };
        if (!string.IsNullOrEmpty(settings.User))
        {
            var credentials = Encoding.UTF8.GetBytes($"{settings.User}:{settings.Password}");
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        }
    }

    /// <summary>The subject of a topic's schemas.</summary>
    public string Subject(TopicName topic)
    {
        var space = _settings.SubjectNamespace && _kafka.Namespace.Length > 0 ? _kafka.Namespace + _kafka.NamespaceSeparator : "";
        return $"{space}{topic}{(_settings.SubjectSuffix ? "-value" : "")}";
    }

    /// <summary>Asks for a schema.</summary>
    /// <exception cref="SchemaUnknownException">There is none, or it is no schema of Avro.</exception>
    /// <exception cref="HttpRequestException">The registry does not answer, or not as it should.</exception>
    public async Task<CompiledSchema> FindAsync(SchemaReference reference, CancellationToken cancellationToken)
    {
        var answer = reference.IsId
            ? await ByIdAsync(reference, cancellationToken)
            : await GetAsync($"subjects/{Uri.EscapeDataString(reference.Subject)}/versions/{reference.Number}", reference.ToString(), cancellationToken);
        return Compile(answer, reference.ToString());
    }

    /// <summary>Asks for the newest schema of a subject.</summary>
    /// <inheritdoc cref="FindAsync"/>
    public async Task<CompiledSchema> LatestAsync(string subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var what = $"latest version of subject {subject}";
        return Compile(await GetAsync($"subjects/{Uri.EscapeDataString(subject)}/versions/latest", what, cancellationToken), what);
    }

    /// <summary>Ends what is asked.</summary>
    public void Dispose() => _http.Dispose();

    private async Task<SchemaAnswer> ByIdAsync(SchemaReference reference, CancellationToken cancellationToken)
    {
        var found = await GetAsync($"schemas/ids/{reference.Number}", reference.ToString(), cancellationToken);
        // Which version of the subject it is, if it is one: subscribers of Avro get it as a header.
        using var response = await _http.PostAsync($"subjects/{Uri.EscapeDataString(reference.Subject)}",
            JsonContent.Create(new SchemaQuestion(found.Schema ?? ""), SchemaJson.Default.SchemaQuestion, new(ContentType)), cancellationToken);
        var version = response.IsSuccessStatusCode ? (await ReadAsync(response, cancellationToken)).Version : null;
        return found with { Id = reference.Number, Version = version };
    }

    private async Task<SchemaAnswer> GetAsync(string path, string what, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(path, cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity)
            throw new SchemaUnknownException($"The registry knows no {what}");
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"The registry answers {(int)response.StatusCode} to the question for {what}", null, response.StatusCode);
        return await ReadAsync(response, cancellationToken);
    }

    private static async Task<SchemaAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(SchemaJson.Default.SchemaAnswer, cancellationToken) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new HttpRequestException($"The registry's answer cannot be read: {e.Message}", e);
        }
    }

    private static CompiledSchema Compile(SchemaAnswer answer, string what)
    {
        if (answer.SchemaType is not (null or "AVRO"))
            throw new SchemaUnknownException($"The registry's {what} is of the kind {answer.SchemaType}, not AVRO");
        try
        {
            return new(AvroSchema.Parse(answer.Schema ?? ""), answer.Version, answer.Id);
        }
        catch (AvroException e)
        {
            throw new SchemaUnknownException($"The registry's {what} cannot be used: {e.Message}");
        }
    }
}
