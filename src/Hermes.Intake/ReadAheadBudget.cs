namespace Hermes.Intake;

/// <summary>What all consumers of a process may read ahead, parted among them as they come: each gets a part of what is left, so that the
/// first ones have plenty and the sum stays bounded however many there are.</summary>
/// <param name="kilobytes">KiB in all; beyond it each has <see cref="Least"/>.</param>
public sealed class ReadAheadBudget(int kilobytes)
{
    /// <summary>What each gets at least, in KiB.</summary>
    public const int Least = 256;

    private const int Parts = 32;
    private readonly Lock _gate = new();
    private long _taken;

    /// <summary>Takes a share.</summary>
    /// <param name="most">KiB that one consumer reads ahead at most.</param>
    /// <returns>KiB, to be given back when it ends.</returns>
    public int Take(int most)
    {
        lock (_gate)
        {
            var share = (int)Math.Clamp((kilobytes - _taken) / Parts, Math.Min(Least, most), most);
            _taken += share;
            return share;
        }
    }

    /// <summary>Gives a share back.</summary>
    public void Return(int share)
    {
        lock (_gate)
            _taken -= share;
    }
}
