using Hermes.Shared.ConsumerGroups;
using Hermes.Worker.Janitor.Tests.Histories;

namespace Hermes.Worker.Janitor.Tests.Deaths;

/// <summary>A world with one piece of work in it, and the janitors that come and go.</summary>
internal sealed class Stage(JanitorOptions options) : IDisposable
{
    private readonly List<SimulatedJanitor> _all = [];
    private readonly Dictionary<string, long> _places = new(StringComparer.Ordinal);

    public World World { get; } = new();

    /// <summary>A janitor that leads from now on.</summary>
    public SimulatedJanitor Lead(Edge edge)
    {
        if (_all.Count > 0)
            World.Tree.Delete(_all[^1].Guard);
        _all.Add(new(World, edge, options, _all.Count + 1));
        return _all[^1];
    }

    /// <summary>Runs a duty, by the janitor that leads, or the first.</summary>
    public void Run(Duty duty)
    {
        var janitor = _all.Count > 0 ? _all[^1] : Lead(new());
        Assert.True(janitor.Run(duty), janitor.Failure?.ToString());
    }

    public void Pass(TimeSpan time) => World.Clock.Pass(time);

    /// <summary>Subscriptions that are there, each with a place that none had before.</summary>
    public void Have(params string[] names)
    {
        foreach (var name in names)
        {
            World.Publish();
            World.Create(name, restores: false);
            World.Finish();
            _places[name] = World.Broker.Committed(World.Group(name), World.Json)!.Value;
        }
    }

    /// <summary>A subscription was there, and its group is deleted.</summary>
    public void Deleted(string name)
    {
        Have(name);
        World.Remove(name, withTask: true);
        Pass(TimeSpan.FromMinutes(2));
        Run(Duty.Tasks);
        World.Begin(name);
    }

    /// <summary>What the history says of a subscription's group.</summary>
    public IEnumerable<string> Accounts(string name) => World.History().Where(h => h.Contains($"\"{World.Group(name)}\"", StringComparison.Ordinal));

    public void IsInPlace(string name) => Assert.Equal(_places[name], World.Broker.Committed(World.Group(name), World.Json));

    /// <summary>Its group is gone, its offsets are kept, and there is an account of it.</summary>
    public void IsDeleted(string name)
    {
        Assert.False(World.Broker.Groups.ContainsKey(World.Group(name)));
        Assert.Equal(_places[name], Assert.Single(IsAccountedFor(name, null).Offsets).Offset);
    }

    public Tombstone IsAccountedFor(string name, string? topic)
    {
        var tombstone = World.Tombstone(GroupKey.Of(World.Group(name), topic))!;
        Assert.True(tombstone.IsDeleted);
        Assert.Single(Accounts(name), a => a.Contains("deleted: ", StringComparison.Ordinal));
        return tombstone;
    }

    public void Dispose() => _all.ForEach(j => j.Dispose());
}
