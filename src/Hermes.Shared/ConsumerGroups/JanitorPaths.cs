using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Shared.ConsumerGroups;

/// <summary>Where the clean-up of consumer groups keeps what it knows, below Hermes's root; see <c>docs/janitor.md</c>.</summary>
public sealed class JanitorPaths(HermesPaths hermes)
{
    private readonly string _root = hermes.Root.TrimEnd('/');

    /// <summary>The folder of all that is the janitor's.</summary>
    public string Folder => $"{_root}/janitor";

    /// <summary>Where the janitors stand for leader.</summary>
    public string Leader => $"{Folder}/leader";

    /// <summary>The id of the Kafka cluster that all of this is about.</summary>
    public string Cluster => $"{Folder}/cluster";

    /// <summary>Written to learn the time of ZooKeeper's server.</summary>
    public string Clock => $"{Folder}/clock";

    /// <summary>By which rules the janitor that leads finds groups abandoned.</summary>
    public string Policy => $"{Folder}/policy";

    /// <summary>What was known of deleted groups.</summary>
    public string Tombstones => $"{Folder}/tombstones";

    /// <summary>What was known of a group, by its <see cref="GroupKey"/>.</summary>
    public string Tombstone(string key) => $"{Tombstones}/{key}";

    /// <summary>What was done, an event a node, the oldest first by name.</summary>
    public string History => $"{Folder}/history";

    /// <summary>Groups, and for how long they have been seen as they are.</summary>
    public string Observations => $"{Folder}/observations";

    /// <summary>What was seen of a group, by its <see cref="GroupKey"/>.</summary>
    public string Observation(string key) => $"{Observations}/{key}";

    /// <summary>Plans: which abandoned groups are to be deleted.</summary>
    public string Plans => $"{Folder}/plans";

    /// <summary>A plan.</summary>
    public string Plan(string id) => $"{Plans}/{id}";

    /// <summary>Its presence asks for a plan to be carried out.</summary>
    public string Apply(string id) => $"{Plan(id)}/apply";

    /// <summary>Hermes's own tasks: delete the group of a subscription that was removed.</summary>
    public string Tasks => $"{_root}/consumer-group-to-delete/tasks";

    /// <summary>The tasks' folder with the one above it.</summary>
    public IReadOnlyList<string> TaskFolders => [$"{_root}/consumer-group-to-delete", Tasks];

    /// <summary>The task for one subscription.</summary>
    public string Task(SubscriptionName subscription) => $"{Tasks}/{subscription}";
}
