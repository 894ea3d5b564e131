using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups;

/// <summary>
/// The coordinator of all classic groups: membership, generations and committed offsets, as a Kafka 3.9 broker keeps them. One lock
/// guards everything; a request that waits for other members waits outside of it.
/// </summary>
internal sealed partial class GroupCoordinator : IDisposable
{
    private readonly Lock _lock = new();
    private readonly GroupOptions _options;
    private readonly Func<string, int, bool> _partitionExists;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Deadlines _deadlines;
    private readonly GroupTable _groups;
    private readonly GroupJournal _journal;
    private readonly Deadline _expiry;

    /// <summary>Takes up the groups of the file, whose members have a session time-out from now to be heard of.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="path">The file of its journal; null keeps nothing over a restart.</param>
    /// <param name="partitionExists">Whether a topic has a partition: offsets are taken for no others.</param>
    /// <param name="clock">The time of sessions and rebalances.</param>
    /// <param name="logger">Where it says what it could not do.</param>
    /// <exception cref="IOException">The file cannot be used.</exception>
    public GroupCoordinator(
        GroupOptions options, string? path, Func<string, int, bool> partitionExists, TimeProvider clock, ILogger<GroupCoordinator> logger)
    {
        (_options, _partitionExists, _clock, _logger) = (options, partitionExists, clock, logger);
        _deadlines = new Deadlines(clock, RunDeadlines);
        _groups = new GroupTable(Create);
        lock (_lock)
        {
            _journal = new GroupJournal(path, _groups);
            // A kill between the deletion of a topic and that of its offsets leaves these behind.
            var topics = _groups.All.SelectMany(group => group.Offsets.Topics).Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
            foreach (var topic in topics.Where(topic => !partitionExists(topic, 0)))
                ForgetTopic(topic);

            _expiry = new Deadline(ExpireOffsets);
            _deadlines.Set(_expiry, options.OffsetsRetentionCheckInterval);
        }
    }

    /// <summary>Joins a member to a group; the answer may wait for all the others.</summary>
    public Task<JoinGroupResponse> JoinAsync(JoinGroupRequest request, RequestContext context)
    {
        if (request.GroupId.Length == 0)
            return Refused(KafkaError.InvalidGroupId);
        var session = TimeSpan.FromMilliseconds(request.SessionTimeoutMs);
        if (session < _options.MinSessionTimeout || session > _options.MaxSessionTimeout)
            return Refused(KafkaError.InvalidSessionTimeout);
        lock (_lock)
        {
            var group = request.MemberId.Length == 0 ? _groups.Obtain(request.GroupId) : _groups.Find(request.GroupId);
            return group?.JoinAsync(request, context) ?? Refused(KafkaError.UnknownMemberId);
        }

        Task<JoinGroupResponse> Refused(KafkaError error) =>
            Task.FromResult(new JoinGroupResponse { ErrorCode = error, MemberId = request.MemberId });
    }

    /// <summary>Gives a member its share; the answer may wait for the leader's.</summary>
    public Task<SyncGroupResponse> SyncAsync(SyncGroupRequest request)
    {
        lock (_lock)
            return Find(request.GroupId, out var error)?.SyncAsync(request) ?? Task.FromResult(new SyncGroupResponse { ErrorCode = error });
    }

    /// <summary>Notes that a member lives, and tells it whether to rejoin.</summary>
    public KafkaError Heartbeat(HeartbeatRequest request)
    {
        lock (_lock)
            return Find(request.GroupId, out var error)?.Heartbeat(request) ?? error;
    }

    /// <summary>Takes members out of their group, without waiting for their sessions.</summary>
    public (KafkaError Error, IReadOnlyList<KafkaError> Members) Leave(
        string groupId, IReadOnlyList<(string MemberId, string? InstanceId)> members)
    {
        if (groupId.Length == 0)
            return (KafkaError.InvalidGroupId, []);
        lock (_lock)
        {
            var group = _groups.Find(groupId);
            return (KafkaError.None,
                [.. members.Select(member => group?.Leave(member.MemberId, member.InstanceId) ?? KafkaError.UnknownMemberId)]);
        }
    }

    public void Dispose()
    {
        _deadlines.Dispose();
        lock (_lock)
            _journal.Dispose();
    }

    private ClassicGroup? Find(string groupId, out KafkaError error)
    {
        // Offsets may be kept under the empty name, but nobody can be a member of it.
        error = groupId.Length == 0 ? KafkaError.InvalidGroupId : KafkaError.UnknownMemberId;
        return groupId.Length == 0 ? null : _groups.Find(groupId);
    }

    private ClassicGroup Create(string id) => new(id, _options, _deadlines, _clock, changed => _journal.Generation(changed));

    private void RunDeadlines()
    {
        try
        {
            lock (_lock)
                _deadlines.RunDue();
        }
        catch (IOException e)
        {
            // On a timer's thread: thrown on, it would end the process.
            Log.NotKept(_logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(20, LogLevel.Error, "A change of a group could not be written to the data folder; a restart will not know of it")]
        public static partial void NotKept(ILogger logger, Exception exception);
    }
}
