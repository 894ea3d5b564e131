namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>How the attempt to delete a group, or offsets of one, ended.</summary>
internal enum DeletionOutcome
{
    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>There was none.</summary>
    Absent,

    /// <summary>It has members; of offsets, some that read their topic.</summary>
    NotEmpty,

    /// <summary>Its offsets moved meanwhile: somebody uses it.</summary>
    Moved,

    /// <summary>Its subscription is there again.</summary>
    SubscriptionIsBack,

    /// <summary>Of offsets: the subscription is gone, and the whole group is another's business.</summary>
    SubscriptionIsGone,

    /// <summary>Of offsets: their topic is read, or nothing proves that it is not.</summary>
    Read,

    /// <summary>A retransmission job has it in its hands.</summary>
    Retransmitted,

    /// <summary>What was seen was too old each time when it came to the deletion.</summary>
    TooSlow,
}

/// <summary>What stands in the way, in words.</summary>
internal static class DeletionOutcomes
{
    extension(DeletionOutcome outcome)
    {
        /// <summary>The value of a metric's dimension.</summary>
        public string Reason => outcome switch
        {
            DeletionOutcome.NotEmpty => "members",
            DeletionOutcome.Moved => "movement",
            DeletionOutcome.SubscriptionIsBack or DeletionOutcome.SubscriptionIsGone => "subscription",
            DeletionOutcome.Read => "read",
            DeletionOutcome.Retransmitted => "retransmission",
            DeletionOutcome.TooSlow => "slow",
            _ => "",
        };

        /// <summary>For the log and the audit.</summary>
        public string Words => outcome switch
        {
            DeletionOutcome.NotEmpty => "its group has members",
            DeletionOutcome.Moved => "its group's offsets have moved",
            DeletionOutcome.SubscriptionIsBack => "its subscription is there again",
            DeletionOutcome.SubscriptionIsGone => "its subscription is gone",
            DeletionOutcome.Read => "its topic is read",
            DeletionOutcome.Retransmitted => "a retransmission job has its group in its hands",
            DeletionOutcome.TooSlow => "the last look took too long each time",
            _ => outcome.ToString(),
        };
    }
}
