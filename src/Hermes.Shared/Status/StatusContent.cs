namespace Hermes.Shared.Status;

/// <summary>What a status page answers.</summary>
/// <param name="Body">The text, in UTF-8.</param>
/// <param name="ContentType">Its type.</param>
/// <param name="Code">The HTTP status.</param>
public readonly record struct StatusContent(ReadOnlyMemory<byte> Body, string ContentType = "application/json", int Code = 200);
