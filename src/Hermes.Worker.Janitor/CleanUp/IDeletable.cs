using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>Something that may be deleted: a whole group, or offsets that a group has left behind.</summary>
internal interface IDeletable
{
    /// <summary>The group's id.</summary>
    string Group { get; }

    /// <summary>The topic whose offsets it is about; <see langword="null"/>: all of the group.</summary>
    string? Topic { get; }

    /// <summary>The subscription whose group it is, or was.</summary>
    SubscriptionName Subscription { get; }

    /// <summary>Looks freshly at all that may speak against the deletion.</summary>
    /// <returns>The first that does; <see langword="null"/>: nothing.</returns>
    Task<DeletionOutcome?> ObstacleAsync(CancellationToken cancellationToken);

    /// <summary>The offsets that would be lost.</summary>
    Task<IReadOnlyList<KeptOffset>> OffsetsAsync();

    /// <summary>Deletes it.</summary>
    /// <returns>False: the broker refuses, since it is in use.</returns>
    Task<bool> TryDeleteAsync(IReadOnlyList<KeptOffset> offsets);
}
