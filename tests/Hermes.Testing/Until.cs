namespace Hermes.Testing;

/// <summary>Waits for a condition with a deadline, in place of a sleep that hopes.</summary>
public static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>How long a wait lasts when it names no time of its own.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks again and again until the condition holds.</summary>
    /// <param name="condition">Cheap and free of side effects; what it throws ends the wait.</param>
    /// <param name="what">The event waited for: the words of the time-out.</param>
    /// <param name="within">The deadline; <see cref="Patience"/> by default.</param>
    /// <exception cref="TimeoutException">It did not happen; names it.</exception>
    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, within);

    /// <inheritdoc cref="TrueAsync(Func{bool}, string, TimeSpan?)"/>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var patience = within ?? Patience;
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > patience)
                throw new TimeoutException($"Did not happen within {patience.TotalSeconds:0.#} s: {what}.");
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }
}
