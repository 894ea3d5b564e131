namespace Hermes.Intake;

/// <summary>Something that reads records in turns on an <see cref="IntakeThread"/>, which it shares with others and so never
/// blocks.</summary>
public abstract class RecordIntake
{
    // Set by the thread: this intake waits for its turn already.
    internal int IsQueued;

    /// <summary>What is read, for people.</summary>
    public abstract string Name { get; }

    /// <summary>What broke the intake; the thread leaves it alone from then on.</summary>
    public TaskCompletionSource<Exception> Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reads what lies ready, up to a burst.</summary>
    /// <returns>Whether there may be more at once.</returns>
    public abstract bool Step();

    /// <summary>What is due by time; called about ten times a second.</summary>
    public abstract void Tick();
}
