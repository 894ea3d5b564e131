namespace Hermes.KafkaEmulator.Groups;

/// <summary>Something that happens once at its time, unless it is put off or cleared before. Set through <see cref="Deadlines"/>.</summary>
internal sealed class Deadline(Action run)
{
    internal const long Never = long.MaxValue;

    /// <summary>When it happens, in ticks of the queue's clock.</summary>
    internal long At { get; set; } = Never;

    /// <summary>The time under which it stands in the queue; not later than <see cref="At"/>.</summary>
    internal long QueuedFor { get; set; } = Never;

    public void Clear() => At = Never;

    internal void Run() => run();
}
