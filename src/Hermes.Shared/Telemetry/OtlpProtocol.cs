namespace Hermes.Shared.Telemetry;

/// <summary>How OTLP is spoken.</summary>
public enum OtlpProtocol
{
    /// <summary>gRPC; collectors listen at port 4317.</summary>
    Grpc,

    /// <summary>HTTP with protobuf; collectors listen at port 4318.</summary>
    HttpProtobuf,
}
