using System.Runtime.ExceptionServices;
using Hermes.Shared.ConsumerGroups;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>The attempt at one deletion among several: what is to go, and what has become of it.</summary>
/// <param name="what">What is to go.</param>
/// <param name="expected">The offsets that it must have, since they are what was seen at rest; <see langword="null"/>: whatever it has.</param>
/// <param name="reason">Why, for the audit.</param>
/// <param name="alongside">What is to be written in the same stroke when it is gone.</param>
internal sealed class Deletion(IDeletable what, IReadOnlyList<KeptOffset>? expected, string reason, IReadOnlyList<Operation> alongside)
{
    public IDeletable What => what;

    public IReadOnlyList<KeptOffset>? Expected => expected;

    public string Reason => reason;

    public IReadOnlyList<Operation> Alongside => alongside;

    /// <summary>The name of its tombstone.</summary>
    public string Key { get; } = GroupKey.Of(what.Group, what.Topic);

    /// <summary>The tombstone of an earlier deletion, if there is one.</summary>
    public (Tombstone Tombstone, int Version)? Before { get; set; }

    /// <summary>The tombstone that was written now, and its version.</summary>
    public (Tombstone Tombstone, int Version)? Now { get; set; }

    /// <summary>How it ended; <see langword="null"/>: not yet.</summary>
    public DeletionOutcome? Outcome { get; set; }

    /// <summary>Why it could not be brought to an end.</summary>
    public Exception? Failure { get; set; }

    public bool IsOpen => Outcome is null && Failure is null;

    /// <summary>How it ended.</summary>
    /// <exception cref="Exception">Why it did not.</exception>
    public DeletionOutcome Result()
    {
        if (Failure is not null)
            ExceptionDispatchInfo.Throw(Failure);
        return Outcome ?? throw new InvalidOperationException($"The deletion of {Key} was not attempted.");
    }
}
