using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Groups;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.KafkaEmulator.Tests.Groups;

/// <summary>A coordinator on a clock that a test moves, with topic "t" of four partitions, and members of one group of it.</summary>
internal sealed class TestGroup : IDisposable
{
    public const string Id = "group";
    public const string Topic = "t";

    private readonly HashSet<string> _deletedTopics = new(StringComparer.Ordinal);

    public TestGroup(GroupOptions? options = null, string? path = null, DateTimeOffset? now = null)
    {
        Clock = now is { } time ? new FakeTimeProvider(time) : new FakeTimeProvider();
        Coordinator = new GroupCoordinator(options ?? new(), path,
            (topic, partition) => !_deletedTopics.Contains(topic) && partition is >= 0 and < 4, Clock, NullLogger<GroupCoordinator>.Instance);
    }

    public FakeTimeProvider Clock { get; }

    public GroupCoordinator Coordinator { get; }

    public string State => Coordinator.Describe(Id).GroupState;

    public int Members => Coordinator.Describe(Id).Members.Count;

    public TestMember Member(string? instance = null, int sessionSeconds = 10, int rebalanceSeconds = 60) =>
        new(this) { Instance = instance, SessionMs = sessionSeconds * 1_000, RebalanceMs = rebalanceSeconds * 1_000 };

    /// <summary>A member that is known by its name only.</summary>
    public TestMember Named(string id) => new(this) { Id = id };

    /// <summary>Lets time pass in small steps: the clock shows timers the end of a step, not their own time.</summary>
    public void Pass(double seconds)
    {
        for (var steps = (int)Math.Round(seconds * 10); steps > 0; steps--)
            Clock.Advance(TimeSpan.FromMilliseconds(100));
    }

    /// <summary>Commits as a simple consumer.</summary>
    public KafkaError Commit(string group, string topic, int partition, long offset, string metadata = "") => Coordinator.Commit(
        new Committer(group, Generation: -1, MemberId: "", InstanceId: null), [(topic, partition, new CommittedOffset(offset, LeaderEpoch: -1, metadata))])[0];

    public CommittedOffset? Committed(string group, string topic, int partition) => Coordinator.Fetch(group, [(topic, partition)])[0];

    public void DeleteTopic(string topic)
    {
        _deletedTopics.Add(topic);
        Coordinator.ForgetTopic(topic);
    }

    public void Dispose() => Coordinator.Dispose();

    /// <summary>One member, whose requests are made by hand.</summary>
    internal sealed class TestMember(TestGroup group)
    {
        public string? Instance { get; init; }

        public int SessionMs { get; init; }

        public int RebalanceMs { get; init; }

        public string Id { get; set; } = "";

        public int Generation { get; set; } = -1;

        /// <summary>Asks for a name, as a dynamic member does first.</summary>
        public TestMember Named()
        {
            var answer = Join().Now();
            Assert.Equal(KafkaError.MemberIdRequired, answer.ErrorCode);
            Id = answer.MemberId;
            return this;
        }

        public Task<JoinGroupResponse> Join() => group.Coordinator.JoinAsync(new()
        {
            GroupId = TestGroup.Id,
            MemberId = Id,
            GroupInstanceId = Instance,
            SessionTimeoutMs = SessionMs,
            RebalanceTimeoutMs = RebalanceMs,
            ProtocolType = "consumer",
            Protocols = [new() { Name = "range", Metadata = [0, 0, 0, 0, 0, 1, 0, 1, (byte)'t', 0, 0, 0, 0] }],
        }, new RequestContext(Version: 9, "test", "/127.0.0.1"));

        /// <summary>Takes over what a join answered.</summary>
        public JoinGroupResponse Take(Task<JoinGroupResponse> answer)
        {
            var joined = answer.Now();
            Assert.Equal(KafkaError.None, joined.ErrorCode);
            (Id, Generation) = (joined.MemberId, joined.GenerationId);
            return joined;
        }

        public Task<SyncGroupResponse> Sync(params IEnumerable<TestMember> assigned) => group.Coordinator.SyncAsync(new()
        {
            GroupId = TestGroup.Id,
            MemberId = Id,
            GroupInstanceId = Instance,
            GenerationId = Generation,
            Assignments = [.. assigned.Select(member => new SyncGroupRequest.SyncGroupRequestAssignment { MemberId = member.Id, Assignment = [1] })],
        });

        /// <summary>Joins a group that has no other members, and makes it stable.</summary>
        public TestMember Alone()
        {
            if (Instance is null && Id.Length == 0)
                Named();
            Take(Join());
            Assert.Equal(KafkaError.None, Sync(this).Now().ErrorCode);
            return this;
        }

        public KafkaError Beat() => group.Coordinator.Heartbeat(
            new() { GroupId = TestGroup.Id, MemberId = Id, GenerationId = Generation, GroupInstanceId = Instance });

        public KafkaError Commit(long offset, int partition = 0) => group.Coordinator.Commit(
            new Committer(TestGroup.Id, Generation, Id, Instance), [(Topic, partition, new CommittedOffset(offset, LeaderEpoch: -1, ""))])[0];
    }
}
