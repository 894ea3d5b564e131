namespace Hermes.Bench.Delivery;

/// <summary>What a measured subscription asks for beyond the plain delivery.</summary>
internal static class Shapes
{
    public const string Plain = "plain";
    public const string Filter = "filter";
    public const string Signing = "signing";
    public const string Batch = "batch";
    public const string Avro = "avro";

    /// <summary>Messages of a batch. The sink counts so many for each request to the path <c>batch</c>.</summary>
    public const int BatchSize = 100;

    /// <summary>Which there are.</summary>
    public static IReadOnlyList<string> All { get; } = [Plain, Filter, Signing, Batch, Avro];
}
