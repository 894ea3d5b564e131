using Hermes.Shared.Jobs;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>A job as it was last seen.</summary>
/// <param name="Id">Its node's name.</param>
/// <param name="Zxid">Its node's czxid: jobs for one subscription have their turns in this order.</param>
/// <param name="Subscription">Whose offsets it asks for; <see langword="null"/> where its document cannot be read.</param>
/// <param name="Phase">Where it stands; <see langword="null"/>: nobody has looked at it.</param>
/// <param name="UpdatedAt">When its status was written.</param>
/// <param name="IsClaimed">Whether a retransmitter holds it.</param>
internal sealed record JobEntry(string Id, long Zxid, string? Subscription, string? Phase, DateTimeOffset UpdatedAt, bool IsClaimed)
{
    public bool IsFinal => Phase is not null && JobPhases.IsFinal(Phase);
}
