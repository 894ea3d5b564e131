namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>How the attempt to delete a group ended.</summary>
internal enum DeletionOutcome
{
    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>There was none.</summary>
    Absent,

    /// <summary>It has members.</summary>
    NotEmpty,

    /// <summary>Its offsets moved meanwhile: somebody uses it.</summary>
    Moved,

    /// <summary>Its subscription is there again.</summary>
    SubscriptionIsBack,

    /// <summary>A retransmission job has it in its hands.</summary>
    Retransmitted,
}
