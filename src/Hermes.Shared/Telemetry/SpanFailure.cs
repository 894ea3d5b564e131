using System.Diagnostics;

namespace Hermes.Shared.Telemetry;

/// <summary>How a span says that its work failed.</summary>
public static class SpanFailure
{
    extension(Activity span)
    {
        /// <summary>Marks it as failed, with OpenTelemetry's <c>error.type</c>. The message is the log's business.</summary>
        public void Fail(Exception exception)
        {
            ArgumentNullException.ThrowIfNull(exception);
            span.SetTag("error.type", exception.GetType().FullName);
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
