namespace Hermes.Shared.ConsumerGroups;

/// <summary>What becomes of a group by the janitor's rules, said for people.</summary>
public sealed record GroupVerdict
{
    /// <summary>Whether its subscription is in the registry.</summary>
    public bool HasSubscription { get; init; }

    /// <summary>Whether it has members.</summary>
    public bool HasMembers { get; init; }

    /// <summary>Whether a clean-up task names it.</summary>
    public bool HasTask { get; init; }

    /// <summary>Whether a retransmission job has it in its hands.</summary>
    public bool HasJob { get; init; }

    /// <summary>Whether it is gone.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>The plan that names it.</summary>
    public string? Plan { get; init; }

    /// <summary>What was seen of it.</summary>
    public Observation? Seen { get; init; }

    /// <summary>In one line: the first reason that holds, in the order in which the janitor looks at them.</summary>
    /// <param name="group">The group's id.</param>
    /// <param name="policy">The rules; <see langword="null"/>: no janitor has led yet.</param>
    public string Say(string group, GroupPolicy? policy) => this switch
    {
        { IsDeleted: true } => "deleted; can be restored",
        { HasSubscription: true } => "kept: its subscription is there",
        { HasJob: true } => "kept: a retransmission job has it in its hands",
        { HasMembers: true } => "kept: it has members",
        { HasTask: true } => "goes: a clean-up task asks for it",
        _ when policy is null => "kept: no janitor has looked at it",
        _ when !policy.Lets(group) => "kept: Janitor:Allowed and Janitor:Denied spare it",
        { Plan: { } plan } => policy.DryRun ? $"goes when plan {plan} is applied" : $"goes by plan {plan}",
        { Seen: { IsOwned: false } seen } => $"watched: at rest for {Days(seen.ObservedSeconds)} of {Days(policy.InactiveAfterSeconds)} days",
        _ => "kept: not yet seen abandoned",
    };

    private static string Days(double seconds) => TimeSpan.FromSeconds(seconds).TotalDays.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);
}
