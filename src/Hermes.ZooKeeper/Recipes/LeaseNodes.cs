namespace Hermes.ZooKeeper.Recipes;

/// <summary>Makes the nodes of a lease, and finds out whether they were made when the answer was lost.</summary>
internal sealed class LeaseNodes(IZooKeeper zooKeeper, string path, string guardPath, ReadOnlyMemory<byte> owner)
{
    /// <returns>The czxid of both nodes; null when someone else holds the lease.</returns>
    /// <exception cref="ZooKeeperException">The parent is missing, or we lack the right.</exception>
    public async Task<long?> TryCreateAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var made = await zooKeeper.MultiAsync(
                    [Operation.Create(path, owner, CreateMode.Ephemeral), Operation.Create(guardPath, default, CreateMode.Ephemeral)], cancellationToken);
                return made.Zxid;
            }
            catch (MultiFailedException e) when (e.Code is ErrorCode.NodeExists)
            {
                return null;
            }
            catch (ConnectionLostException)
            {
                // Once the session stands again and this server has caught up, what was in flight is decided: the guard's
                // name is ours alone, and its owner tells whether it will live.
                await zooKeeper.SyncAsync(path, cancellationToken);
                if (await zooKeeper.FindAsync(guardPath, cancellationToken) is { } guard && guard.EphemeralOwner == zooKeeper.Session.Id)
                    return guard.CreatedZxid;
            }
        }
    }

    /// <summary>Deletes both nodes; those of a session that is gone have gone with it.</summary>
    public async Task DeleteAsync(int generation, CancellationToken cancellationToken)
    {
        while (zooKeeper.Session.Generation == generation)
        {
            try
            {
                await zooKeeper.MultiAsync([Operation.Delete(guardPath, NodeVersion.Any), Operation.Delete(path, NodeVersion.Any)], cancellationToken);
                return;
            }
            catch (MultiFailedException e) when (e.Code is ErrorCode.NoNode)
            {
                return; // done by an attempt whose answer was lost, or by someone who took it from us
            }
            catch (ConnectionLostException)
            {
                await zooKeeper.WhenConnectedAsync(cancellationToken);
            }
        }
    }
}
