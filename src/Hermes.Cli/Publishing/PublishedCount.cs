namespace Hermes.Cli.Publishing;

/// <summary>What became of the lines.</summary>
/// <param name="Published">Acknowledged by the broker.</param>
/// <param name="Failed">Refused, here or by the broker; each was named.</param>
internal sealed record PublishedCount(long Published, long Failed);
