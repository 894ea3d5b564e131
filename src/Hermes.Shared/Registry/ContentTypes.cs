namespace Hermes.Shared.Registry;

/// <summary>The words of <c>contentType</c>, of topics and of subscriptions.</summary>
public static class ContentTypes
{
    /// <summary>JSON.</summary>
    public const string Json = "JSON";

    /// <summary>Avro, with a schema registry.</summary>
    public const string Avro = "AVRO";
}
