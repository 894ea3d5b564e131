namespace Hermes.Shared.Avro;

/// <summary>Bytes that are no value of their schema, a text that is no schema, or JSON that fits none. The message says where.</summary>
public sealed class AvroException(string message) : FormatException(message);
