namespace Hermes.KafkaEmulator.Groups;

/// <summary>Who commits offsets.</summary>
/// <param name="GroupId">The group; may be the empty name, which simple consumers share.</param>
/// <param name="Generation">The generation of the group as the member knows it; negative for who is no member.</param>
/// <param name="MemberId">The member; empty for who is none.</param>
/// <param name="InstanceId">The name of a static member.</param>
internal sealed record Committer(string GroupId, int Generation, string MemberId, string? InstanceId);
