using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Hermes.Shared.Naming;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Subscriptions;

/// <summary>The task that asks for the deletion of a deleted subscription's consumer group
/// (<c>consumer-group-to-delete/tasks/{group.topic$subscription}</c>), as Hermes's management leaves it for its clean-up.</summary>
/// <remarks>It is written in the transaction that deletes the subscription, and withdrawn in the one that creates a
/// subscription of that name again, so that no task is ever lost, and none outlives its reason.</remarks>
internal sealed class GroupCleanUp(IZooKeeper zooKeeper, string root, string datacenter, TimeProvider clock)
{
    private string Folder => $"{(root == "/" ? "" : root)}/consumer-group-to-delete/tasks";

    /// <summary>What to do alongside the deletion: a new task, or the present one asked for anew.</summary>
    public async Task<IReadOnlyList<Operation>> AskAsync(SubscriptionName name, CancellationToken cancellationToken)
    {
        await CreateFoldersAsync(cancellationToken);
        var task = $"{Folder}/{name}";
        var data = Encoding.UTF8.GetBytes(Document(name).ToJsonString());
        return await zooKeeper.FindAsync(task, cancellationToken) is { } present
            ? [Operation.Set(task, data, present.Version)]
            : [Operation.Create(task, data, CreateMode.Persistent)];
    }

    /// <summary>What to do alongside the creation: the end of a waiting task, if there is one.</summary>
    public async Task<IReadOnlyList<Operation>> WithdrawAsync(SubscriptionName name, CancellationToken cancellationToken)
    {
        var task = $"{Folder}/{name}";
        return await zooKeeper.FindAsync(task, cancellationToken) is { } present ? [Operation.Delete(task, present.Version)] : [];
    }

    private JsonObject Document(SubscriptionName name)
    {
        // An instant is decimal seconds with nine digits of fraction.
        var ticks = clock.GetUtcNow().Ticks - DateTime.UnixEpoch.Ticks;
        var seconds = ticks / TimeSpan.TicksPerSecond;
        var fraction = ticks % TimeSpan.TicksPerSecond;
        return new()
        {
            ["subscriptionName"] = new JsonObject
            {
                ["name"] = name.Name,
                ["topicName"] = new JsonObject { ["groupName"] = name.Topic.Group, ["name"] = name.Topic.Name },
            },
            ["datacenter"] = datacenter,
            ["requestedAt"] = JsonNode.Parse(string.Create(CultureInfo.InvariantCulture, $"{seconds}.{fraction:D7}00")),
        };
    }

    private async Task CreateFoldersAsync(CancellationToken cancellationToken)
    {
        foreach (var path in new[] { Folder[..Folder.LastIndexOf('/')], Folder })
        {
            if (await zooKeeper.FindAsync(path, cancellationToken) is not null)
                continue;
            try
            {
                await zooKeeper.CreateAsync(path, default, CreateMode.Persistent, cancellationToken);
            }
            catch (ZooKeeperException e) when (e.Code is ErrorCode.NodeExists)
            {
                // Management was first.
            }
        }
    }
}
