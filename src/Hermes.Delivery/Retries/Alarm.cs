namespace Hermes.Delivery.Retries;

/// <summary>A recurring reason to look again at some moment: the earliest asked for counts, later ones are left to the next look.</summary>
internal sealed class Alarm(Timetable timetable, Action look) : ITimed
{
    private readonly Lock _gate = new();
    private long _set = long.MaxValue;

    /// <summary>Looks at <paramref name="moment"/> at the latest.</summary>
    public void Set(long moment)
    {
        lock (_gate)
        {
            if (moment >= _set) return;
            _set = moment;
        }

        timetable.Add(this, moment);
    }

    public void Due()
    {
        lock (_gate)
        {
            if (timetable.Now < _set) return; // left over from a later setting that an earlier one has overtaken
            _set = long.MaxValue;
        }

        look();
    }
}
