using System.Collections.Concurrent;

namespace Hermes.Shared.Health;

/// <summary>The loops of a process and their signs of life. A loop that is silent for longer than it said it would be is stuck,
/// unless a server that it waits for is away: no restart would bring that back.</summary>
public sealed class Heartbeats(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Heartbeat, byte> _loops = new();
    private readonly ConcurrentDictionary<string, (Func<TimeSpan> Overdue, TimeSpan Longest)> _watched = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Servers, (bool IsUp, long Since)> _servers = new();

    internal long Now => clock.GetTimestamp();

    /// <summary>Every loop, by name.</summary>
    public IReadOnlyList<LoopState> Loops =>
    [
        .. _loops.Keys.Select(State).Concat(_watched.Select(w => State(w.Key, w.Value.Overdue(), w.Value.Longest))).OrderBy(l => l.Name, StringComparer.Ordinal),
    ];

    /// <summary>Registers a loop, which is alive from now on.</summary>
    /// <param name="name">A name for people, unique in the process.</param>
    /// <param name="longestSilence">How long it may work without a beat: generous, for a stuck loop ends the process.</param>
    /// <param name="waitsFor">The servers whose absence excuses its silence.</param>
    public Heartbeat Register(string name, TimeSpan longestSilence, Servers waitsFor = Servers.None)
    {
        var heartbeat = new Heartbeat(this, name, longestSilence, waitsFor);
        _loops[heartbeat] = 0;
        return heartbeat;
    }

    /// <summary>Registers something without a turn of its own, by how long what it should have done is overdue.</summary>
    public void Watch(string name, Func<TimeSpan> overdue, TimeSpan longest) => _watched[name] = (overdue, longest);

    /// <summary>Tells that a server is there, or away.</summary>
    public void Tell(Servers server, bool isUp) => _servers.AddOrUpdate(server, (isUp, Now), (_, before) => before.IsUp == isUp ? before : (isUp, Now));

    internal long After(long moment, TimeSpan time) => moment + (long)(time.TotalSeconds * clock.TimestampFrequency);

    internal void Remove(Heartbeat heartbeat) => _loops.TryRemove(heartbeat, out _);

    private static LoopState State(string name, TimeSpan overdue, TimeSpan longest) =>
        new(name, overdue <= longest, overdue, longest, overdue <= longest ? null : $"what it should have done is overdue for {overdue.TotalSeconds:0.#} s");

    private LoopState State(Heartbeat loop)
    {
        var now = Now;
        var silence = clock.GetElapsedTime(loop.Last, now);
        var dueBy = loop.DueBy;
        if (dueBy == long.MaxValue)
            return new(loop.Name, true, silence, loop.LongestSilence, "waits for something to do");
        if (now <= dueBy)
            return new(loop.Name, true, silence, loop.LongestSilence, null);
        foreach (var (server, (isUp, since)) in _servers)
        {
            if (!loop.WaitsFor.HasFlag(server))
                continue;
            if (!isUp)
                return new(loop.Name, true, silence, loop.LongestSilence, $"waits for {server}");
            if (now <= After(since, loop.LongestSilence))
                return new(loop.Name, true, silence, loop.LongestSilence, $"has waited for {server}");
        }
        return new(loop.Name, false, silence, loop.LongestSilence, "is stuck");
    }
}
