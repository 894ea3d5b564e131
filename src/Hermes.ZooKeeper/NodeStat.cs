namespace Hermes.ZooKeeper;

/// <summary>What ZooKeeper keeps about a node (jute <c>Stat</c>).</summary>
/// <param name="CreatedZxid">Transaction that created it: with the path, the node's identity, since versions restart at 0.</param>
/// <param name="ModifiedZxid">Transaction that last wrote its data.</param>
/// <param name="CreatedMs">Server time of creation, Unix milliseconds.</param>
/// <param name="ModifiedMs">Server time of the last write of data, Unix milliseconds.</param>
/// <param name="Version">Count of data writes since creation.</param>
/// <param name="ChildrenVersion">Count of children created and deleted.</param>
/// <param name="AclVersion">Count of changes of its rights.</param>
/// <param name="EphemeralOwner">Session that owns an ephemeral node; 0 for all others.</param>
/// <param name="DataLength">Bytes of data.</param>
/// <param name="ChildCount">Number of children.</param>
/// <param name="ChildrenZxid">Transaction that last created or deleted a child.</param>
public readonly record struct NodeStat(
    long CreatedZxid, long ModifiedZxid, long CreatedMs, long ModifiedMs, int Version, int ChildrenVersion, int AclVersion,
    long EphemeralOwner, int DataLength, int ChildCount, long ChildrenZxid)
{
    /// <summary>When the node was created, by the server's clock.</summary>
    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds(CreatedMs);

    /// <summary>When its data was last written, by the server's clock.</summary>
    public DateTimeOffset ModifiedAt => DateTimeOffset.FromUnixTimeMilliseconds(ModifiedMs);
}
