namespace Hermes.Shared.Schemas;

/// <summary>Which schema: a version of a subject, or an id.</summary>
/// <param name="Subject">The registry's name for the topic's schemas.</param>
/// <param name="Number">The version, or the id.</param>
/// <param name="IsId">Which of the two.</param>
public readonly record struct SchemaReference(string Subject, int Number, bool IsId)
{
    /// <summary>For people.</summary>
    public override string ToString() => IsId ? $"schema id {Number} (subject {Subject})" : $"version {Number} of subject {Subject}";
}
