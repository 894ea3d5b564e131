using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hermes.Cli.Endpoint;

/// <summary>Writes each request to a file, one JSON object a line: number, method, target, headers in their order, body, status.</summary>
internal sealed class RequestRecord(string path) : IDisposable
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read);
    private readonly Lock _gate = new();

    public void Write(long number, HttpRequest request, ReadOnlySpan<byte> body, int status)
    {
        var line = new ArrayBufferWriter<byte>(512 + body.Length);
        using (var json = new Utf8JsonWriter(line, Readable))
        {
            json.WriteStartObject();
            json.WriteNumber("number", number);
            json.WriteString("method", request.Method);
            json.WriteString("target", request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget ?? request.Path);
            json.WriteString("protocol", request.Protocol);
            json.WriteStartArray("headers");
            foreach (var (name, values) in request.Headers)
            {
                foreach (var value in values)
                {
                    json.WriteStartObject();
                    json.WriteString("name", name);
                    json.WriteString("value", value);
                    json.WriteEndObject();
                }
            }
            json.WriteEndArray();
            json.WriteString("body", Encoding.UTF8.GetString(body));
            json.WriteNumber("status", status);
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        lock (_gate)
        {
            _file.Write(line.WrittenSpan);
            _file.Flush();
        }
    }

    public void Dispose() => _file.Dispose();
}
