using System.Collections;
using System.Diagnostics.Metrics;
using System.Reflection;
using Hermes.Shared.Hosting;
using Hermes.Shared.Status;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Hermes.Shared.Telemetry;

/// <summary>Registration of metrics and traces, and of the ways out of the process.</summary>
internal static class TelemetryServices
{
    // Deliveries have one series for each subscription and answer.
    private const int MostSeries = 20_000;

    /// <summary>Prometheus's page always; OTLP where a collector is named.</summary>
    public static void Add(IHostApplicationBuilder builder, WorkerRole role)
    {
        AddStandardVariables(builder.Configuration);
        builder.AddSettings<TelemetrySettings>(TelemetrySettings.Section);
        builder.AddSettings<OtlpSettings>(OtlpSettings.Section)
            .Validate(o => string.IsNullOrEmpty(o.Endpoint) || IsAddress(o.Endpoint), "Telemetry:Otlp:Endpoint must be an http or https address.");
        var services = builder.Services;
        services.AddSingleton(s => new PrometheusExporter(s.GetRequiredService<IMeterFactory>(), role.IsHermesConsumer, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<HealthMetrics>();
        services.AddSingleton(s =>
        {
            s.GetRequiredService<HealthMetrics>();
            // Without pages nobody would read what it keeps.
            return new StatusPage("/status/prometheus", s.GetRequiredService<StatusSettings>().Listen is StatusAddress.None
                ? static () => default : s.GetRequiredService<PrometheusExporter>().Render);
        });
        AddOtlp(builder, role);
    }

    private static void AddOtlp(IHostApplicationBuilder builder, WorkerRole role)
    {
        var configuration = builder.Configuration;
        var endpoint = configuration[$"{OtlpSettings.Section}:{nameof(OtlpSettings.Endpoint)}"];
        var isNamed = IsAddress(endpoint);
        if ((!isNamed && string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) || configuration["OTEL_SDK_DISABLED"] is "true")
            return;
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(r => r
                .AddService(role.Name, "hermes", Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3), autoGenerateServiceInstanceId: false, WorkerHost.Worker)
                .AddAttributes([new("hermes.datacenter", configuration["Hermes:Datacenter"] ?? new HermesSettings().Datacenter)])
                .AddEnvironmentVariableDetector()) // last: what the environment says of itself stands
            .WithMetrics(m => m.AddMeter("Hermes.*", "System.Runtime").AddView(static _ => new() { CardinalityLimit = MostSeries }))
            .WithTracing(t =>
            {
                t.AddSource("Hermes.*");
                if (string.IsNullOrEmpty(configuration["OTEL_TRACES_SAMPLER"]))
                    t.SetSampler(s => new ParentBasedSampler(new TraceIdRatioBasedSampler(s.GetRequiredService<TelemetrySettings>().TraceRatio)));
            });
        if (configuration[$"{OtlpSettings.Section}:{nameof(OtlpSettings.Logs)}"] is { } logs && bool.TryParse(logs, out var areSent) && areSent)
            telemetry.WithLogging(configureBuilder: null, o => o.IncludeFormattedMessage = true);
        if (isNamed)
            telemetry.UseOtlpExporter(IsHttp(configuration) ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc, new(endpoint!));
        else
            telemetry.UseOtlpExporter();
    }

    private static bool IsHttp(IConfiguration configuration) =>
        Enum.TryParse<OtlpProtocol>(configuration[$"{OtlpSettings.Section}:{nameof(OtlpSettings.Protocol)}"], ignoreCase: true, out var protocol) && protocol is OtlpProtocol.HttpProtobuf;

    private static bool IsAddress(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";

    /// <summary>The SDK reads its variables from the configuration, which here holds those of Hermes alone.</summary>
    private static void AddStandardVariables(IConfigurationManager configuration) => configuration.AddInMemoryCollection(
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(v => new KeyValuePair<string, string?>((string)v.Key, (string?)v.Value))
            .Where(v => v.Key.StartsWith("OTEL_", StringComparison.Ordinal)));
}
