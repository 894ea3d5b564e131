using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups;

/// <summary>One member of a group, and the request of it that waits for the others.</summary>
internal sealed class GroupMember(string id, string? instanceId, string clientId, string clientHost, Deadline session)
{
    public string Id { get; } = id;

    /// <summary>The name of a static member, which keeps its place over restarts; null for a dynamic one.</summary>
    public string? InstanceId { get; } = instanceId;

    public string ClientId { get; } = clientId;

    public string ClientHost { get; } = clientHost;

    /// <summary>Happens when nothing was heard for the session time-out.</summary>
    public Deadline Session { get; } = session;

    public TimeSpan SessionTimeout { get; set; }

    public TimeSpan RebalanceTimeout { get; set; }

    /// <summary>The assignment protocols it can do, the preferred one first, each with its data (topics and so on).</summary>
    public List<MemberProtocol> Protocols { get; set; } = [];

    public byte[] Assignment { get; set; } = [];

    /// <summary>Its first join is not answered yet: it does not know its name, so it sends no heartbeats.</summary>
    public bool IsNew { get; set; } = true;

    public TaskCompletionSource<JoinGroupResponse>? Joining { get; private set; }

    public TaskCompletionSource<SyncGroupResponse>? Syncing { get; private set; }

    /// <summary>A request of it waits for other members, so it is alive.</summary>
    public bool IsKnownToWait => !IsNew && (Joining is not null || Syncing is not null);

    public Task<JoinGroupResponse> WhenJoinedAsync()
    {
        // A second join replaces a first whose connection is gone.
        TryAnswerJoin(new() { ErrorCode = KafkaError.RebalanceInProgress, MemberId = Id });
        Joining = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return Joining.Task;
    }

    public Task<SyncGroupResponse> WhenSyncedAsync()
    {
        TryAnswerSync(new() { ErrorCode = KafkaError.RebalanceInProgress });
        Syncing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return Syncing.Task;
    }

    public bool TryAnswerJoin(JoinGroupResponse response)
    {
        var joining = Joining;
        Joining = null;
        return joining?.TrySetResult(response) ?? false;
    }

    public bool TryAnswerSync(SyncGroupResponse response)
    {
        var syncing = Syncing;
        Syncing = null;
        return syncing?.TrySetResult(response) ?? false;
    }

    public byte[] MetadataFor(string? protocol) => Protocols.Find(known => known.Name == protocol)?.Metadata ?? [];

    public bool HasSameProtocols(List<MemberProtocol> others) =>
        Protocols.Count == others.Count && Protocols.Zip(others).All(pair => pair.First.SameAs(pair.Second));
}
