using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>The group of a subscription that is gone.</summary>
internal sealed class WholeGroup(string group, SubscriptionName subscription, SubscriptionLook look, IGroupAdministration kafka) : IDeletable
{
    public string Group => group;

    public string? Topic => null;

    public SubscriptionName Subscription => subscription;

    public async Task<DeletionOutcome?> ObstacleAsync(CancellationToken cancellationToken)
    {
        if (await look.IsThereAsync(subscription, cancellationToken))
            return DeletionOutcome.SubscriptionIsBack;
        if (await look.IsMovedAsync(subscription, cancellationToken))
            return DeletionOutcome.Retransmitted;
        return await kafka.FindGroupAsync(group) switch
        {
            null => DeletionOutcome.Absent,
            { State: not ConsumerGroupState.Empty } or { Members: > 0 } => DeletionOutcome.NotEmpty,
            _ => null,
        };
    }

    public async Task<IReadOnlyList<KeptOffset>> OffsetsAsync() => KeptOffset.Of(await kafka.CommittedAsync(group));

    public async Task<bool> TryDeleteAsync(IReadOnlyList<KeptOffset> offsets)
    {
        try
        {
            await kafka.DeleteGroupAsync(group);
            return true;
        }
        catch (Confluent.Kafka.Admin.DeleteGroupsException e) when (e.Results.TrueForAll(r => r.Error.Code is ErrorCode.NonEmptyGroup))
        {
            return false;
        }
    }
}
