namespace Hermes.Shared.Schemas;

/// <summary>The registry has answered, and has no such schema, or none that can be used.</summary>
public sealed class SchemaUnknownException(string message) : Exception(message);
