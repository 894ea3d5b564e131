using Hermes.KafkaEmulator.Apis;

namespace Hermes.KafkaEmulator.Groups.Apis;

/// <summary>Everything that clients ask of the group coordinator.</summary>
internal static class GroupApis
{
    public static IEnumerable<IApiHandler> Of(GroupCoordinator groups) =>
    [
        new JoinGroupApi(groups),
        new SyncGroupApi(groups),
        new HeartbeatApi(groups),
        new LeaveGroupApi(groups),
        new OffsetCommitApi(groups),
        new OffsetFetchApi(groups),
        new OffsetDeleteApi(groups),
        new ListGroupsApi(groups),
        new DescribeGroupsApi(groups),
        new DeleteGroupsApi(groups),
    ];
}
