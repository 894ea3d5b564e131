using System.Text.Json;
using System.Text.Json.Nodes;
using Hermes.Testing.Http;

namespace Hermes.Testing.Schemas;

/// <summary>A schema registry on loopback that speaks Confluent's protocol: real HTTP, counts what it is asked, and can be slow, broken or gone.</summary>
public sealed class SchemaRegistry : IAsyncDisposable
{
    private readonly HttpEndpoint _endpoint;
    private readonly Lock _gate = new();
    private readonly List<(string Subject, int Version, int Id, string Schema)> _schemas = [];
    private int _lastId = 100;

    private SchemaRegistry(HttpEndpoint endpoint)
    {
        _endpoint = endpoint;
        _endpoint.Answer = request => Fault ?? Serve(request) with { After = Delay };
    }

    public string Address => _endpoint.Address;

    /// <summary>All that it was asked.</summary>
    public IReadOnlyList<ReceivedRequest> Requests => _endpoint.Requests;

    /// <summary>What it answers instead of what it knows, if anything.</summary>
    public ScriptedAnswer? Fault { get; set; }

    /// <summary>How long it takes for each answer.</summary>
    public TimeSpan Delay { get; set; }

    public static async Task<SchemaRegistry> StartAsync() => new(await HttpEndpoint.StartAsync());

    /// <summary>Registers the next version of a subject.</summary>
    public (int Version, int Id) Register(string subject, string schema)
    {
        lock (_gate)
        {
            var version = _schemas.Count(s => s.Subject == subject) + 1;
            _schemas.Add((subject, version, ++_lastId, schema));
            return (version, _lastId);
        }
    }

    /// <summary>Asked and not answered, until <see cref="Release"/>.</summary>
    public void Hold() => _endpoint.Hold();

    public void Release() => _endpoint.Release();

    public ValueTask DisposeAsync() => _endpoint.DisposeAsync();

    private ScriptedAnswer Serve(ReceivedRequest request)
    {
        var path = request.Target.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        lock (_gate)
        {
            return (request.Method, path) switch
            {
                ("GET", ["subjects", var subject, "versions", "latest"]) => Whole(_schemas.FindLast(s => s.Subject == subject)),
                ("GET", ["subjects", var subject, "versions", var version]) => Whole(_schemas.Find(s => s.Subject == subject && s.Version == int.Parse(version))),
                ("GET", ["schemas", "ids", var id]) => _schemas.Find(s => s.Id == int.Parse(id)) is { Schema: { } schema }
                    ? Json(new JsonObject { ["schema"] = schema })
                    : Unknown,
                ("POST", ["subjects", var subject]) => Whole(_schemas.Find(s => s.Subject == subject && s.Schema == SchemaOf(request))),
                _ => Unknown,
            };
        }
    }

    private static string? SchemaOf(ReceivedRequest request) => JsonDocument.Parse(request.Body).RootElement.GetProperty("schema").GetString();

    private static ScriptedAnswer Unknown => new(404) { Body = """{"error_code":40403,"message":"Schema not found"}""" };

    private static ScriptedAnswer Whole((string Subject, int Version, int Id, string Schema) found) => found.Schema is null
        ? Unknown
        : Json(new JsonObject { ["subject"] = found.Subject, ["version"] = found.Version, ["id"] = found.Id, ["schema"] = found.Schema });

    private static ScriptedAnswer Json(JsonObject body) =>
        new(200) { Body = body.ToJsonString(), Header = new("Content-Type", "application/vnd.schemaregistry.v1+json") };
}
