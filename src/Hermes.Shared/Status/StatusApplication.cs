using System.Collections.Frozen;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Hermes.Shared.Status;

/// <summary>Finds the page, and writes it. All that a web framework would do here.</summary>
internal sealed partial class StatusApplication(IEnumerable<StatusPage> pages, ILogger logger) : IHttpApplication<HttpContext>
{
    private readonly FrozenDictionary<string, StatusPage> _pages = pages.ToFrozenDictionary(p => p.Path, StringComparer.Ordinal);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (!_pages.TryGetValue(request.Path.Value?.TrimEnd('/') ?? "", out var page))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            return;
        }
        StatusContent content;
        try
        {
            content = page.Render();
        }
        catch (Exception e) // whatever it was, it is this page's alone
        {
            Log.PageFailed(logger, e, page.Path);
            response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }
        response.StatusCode = content.Code;
        response.ContentType = content.ContentType;
        response.ContentLength = content.Body.Length;
        if (!HttpMethods.IsHead(request.Method))
            await response.Body.WriteAsync(content.Body, context.RequestAborted);
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // It holds nothing of ours.
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.StatusPageFailed, LogLevel.Error, "The status page {Path} could not be made")]
        public static partial void PageFailed(ILogger logger, Exception exception, string path);
    }
}
