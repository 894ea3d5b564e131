using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hermes.Shared.Kafka;

/// <summary>Topics and consumer groups, administered. Each call is bounded by <see cref="Limit"/>.</summary>
public sealed class KafkaAdministration : IDisposable
{
    // Many calls that time out while they wait for one coordinator can end the process by an assertion of librdkafka.
    private const int AtOnce = 4;
    private static readonly TimeSpan Afterlife = TimeSpan.FromSeconds(30);
    private readonly KafkaClients _clients;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _slots = new(AtOnce);
    private IAdminClient _admin;

    /// <summary>Connects with the first call.</summary>
    public KafkaAdministration(KafkaClients clients)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _clients = clients;
        _admin = Build();
    }

    /// <summary>Longest wait for the broker. 10 s.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Creates a topic, unless it is there.</summary>
    /// <returns>False: it was there already, with whatever partitions it has.</returns>
    /// <exception cref="KafkaException">The broker refuses, or cannot be reached.</exception>
    public async Task<bool> CreateTopicAsync(string topic, int partitions, short replicationFactor, IReadOnlyDictionary<string, string> configs)
    {
        try
        {
            await _admin.CreateTopicsAsync(
                [new() { Name = topic, NumPartitions = partitions, ReplicationFactor = replicationFactor, Configs = new(configs) }],
                new() { RequestTimeout = Limit, OperationTimeout = Limit });
            return true;
        }
        catch (CreateTopicsException e) when (e.Results.TrueForAll(r => r.Error.Code is ErrorCode.TopicAlreadyExists))
        {
            return false;
        }
    }

    /// <summary>Deletes a topic, if it is there.</summary>
    /// <exception cref="KafkaException">The broker refuses, or cannot be reached.</exception>
    public async Task DeleteTopicAsync(string topic)
    {
        try
        {
            await _admin.DeleteTopicsAsync([topic], new() { RequestTimeout = Limit, OperationTimeout = Limit });
        }
        catch (DeleteTopicsException e) when (e.Results.TrueForAll(r => r.Error.Code is ErrorCode.UnknownTopicOrPart))
        {
            // It was gone already.
        }
    }

    /// <summary>A topic's partitions, from 0 on; none when there is no such topic.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    public async Task<IReadOnlyList<TopicPartition>> PartitionsAsync(string topic)
    {
        try
        {
            var described = await _admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new() { RequestTimeout = Limit });
            return [.. described.TopicDescriptions[0].Partitions.Select(p => new TopicPartition(topic, p.Partition)).OrderBy(p => p.Partition.Value)];
        }
        catch (DescribeTopicsException e) when (e.Results.TopicDescriptions.TrueForAll(t => t.Error.Code is ErrorCode.UnknownTopicOrPart))
        {
            return [];
        }
    }

    /// <summary>The offset that the next record of each partition will get.</summary>
    /// <exception cref="KafkaException">A partition has no leader for longer, or the broker cannot be reached.</exception>
    public Task<IReadOnlyList<TopicPartitionOffset>> EndsAsync(IReadOnlyList<TopicPartition> partitions) => OffsetsAsync(partitions, OffsetSpec.Latest());

    /// <summary>The offset of the oldest record that each partition still has.</summary>
    /// <exception cref="KafkaException">A partition has no leader for longer, or the broker cannot be reached.</exception>
    public Task<IReadOnlyList<TopicPartitionOffset>> StartsAsync(IReadOnlyList<TopicPartition> partitions) => OffsetsAsync(partitions, OffsetSpec.Earliest());

    /// <summary>The first record of each partition with this timestamp or a later one; partitions without one are left out.</summary>
    /// <exception cref="KafkaException">A partition has no leader for longer, or the broker cannot be reached.</exception>
    public async Task<IReadOnlyList<TopicPartitionOffset>> OffsetsAtAsync(IReadOnlyList<TopicPartition> partitions, DateTimeOffset time) =>
        [.. (await OffsetsAsync(partitions, OffsetSpec.ForTimestamp(time.ToUnixTimeMilliseconds()))).Where(o => o.Offset.Value >= 0)];

    /// <summary>Commits offsets for a group without members, whatever it had committed before.</summary>
    /// <remarks>Where the group has members, librdkafka tries again until <see cref="Limit"/>, and then does not always say
    /// why it failed: ask <see cref="HasMembersAsync"/> first.</remarks>
    /// <exception cref="KafkaException">The broker refuses (also: the group has members), or cannot be reached.</exception>
    public async Task CommitAsync(string group, IReadOnlyList<TopicPartitionOffset> offsets) =>
        await AskAsync((admin, limit) => admin.AlterConsumerGroupOffsetsAsync([new(group, [.. offsets])], new() { RequestTimeout = limit }));

    /// <summary>Whether anybody is a member of a group now; no, where there is no such group.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    public async Task<bool> HasMembersAsync(string group) => await FindGroupAsync(group) is { Members: > 0 };

    /// <summary>The offsets that a group has committed; partitions without one are left out.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    public async Task<IReadOnlyList<TopicPartitionOffset>> CommittedAsync(string group, IReadOnlyList<TopicPartition> partitions)
    {
        var answer = await AskAsync((admin, limit) => admin.ListConsumerGroupOffsetsAsync([new(group, [.. partitions])], new() { RequestTimeout = limit }));
        return [.. answer[0].Partitions.Where(p => p.Offset.Value >= 0).Select(p => p.TopicPartitionOffset)];
    }

    /// <summary>All offsets that a group has committed, for whatever topics; none where there is no such group.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    public async Task<IReadOnlyList<TopicPartitionOffset>> CommittedAsync(string group)
    {
        var answer = await AskAsync((admin, limit) => admin.ListConsumerGroupOffsetsAsync([new(group, null)], new() { RequestTimeout = limit }));
        return [.. answer[0].Partitions.Where(p => p.Offset.Value >= 0).Select(p => p.TopicPartitionOffset)];
    }

    /// <summary>All consumer groups of the cluster, with their states.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached, or a part of the list is missing.</exception>
    public async Task<IReadOnlyList<(string Id, ConsumerGroupState State)>> GroupsAsync()
    {
        var listed = await AskAsync((admin, limit) => admin.ListConsumerGroupsAsync(new() { RequestTimeout = limit }));
        return [.. listed.Valid.Select(g => (g.GroupId, g.State))];
    }

    /// <summary>A group's state and how many members it has; <see langword="null"/> where there is no such group.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    public async Task<(ConsumerGroupState State, int Members)?> FindGroupAsync(string group)
    {
        try
        {
            var described = await _admin.DescribeConsumerGroupsAsync([group], new() { RequestTimeout = Limit });
            var found = described.ConsumerGroupDescriptions[0];
            return found.State is ConsumerGroupState.Dead ? null : (found.State, found.Members.Count);
        }
        catch (DescribeConsumerGroupsException e) when (e.Results.ConsumerGroupDescriptions.TrueForAll(g => g.Error.Code is ErrorCode.GroupIdNotFound))
        {
            return null;
        }
    }

    /// <summary>The cluster's id, which no other cluster has.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    public async Task<string> ClusterIdAsync() => (await AskAsync((admin, limit) => admin.DescribeClusterAsync(new() { RequestTimeout = limit }))).ClusterId;

    /// <summary>A setting as one of the brokers has it; <see langword="null"/> where it has none of that name, or may not be asked.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    public async Task<string?> BrokerSettingAsync(string name)
    {
        var broker = (await AskAsync((admin, limit) => admin.DescribeClusterAsync(new() { RequestTimeout = limit }))).Nodes[0].Id;
        try
        {
            var resource = new ConfigResource { Type = ResourceType.Broker, Name = broker.ToString(System.Globalization.CultureInfo.InvariantCulture) };
            var described = await AskAsync((admin, limit) => admin.DescribeConfigsAsync([resource], new() { RequestTimeout = limit }));
            return described[0].Entries.TryGetValue(name, out var entry) ? entry.Value : null;
        }
        catch (DescribeConfigsException)
        {
            return null;
        }
    }

    /// <summary>Deletes a group without members, if there is one.</summary>
    /// <exception cref="KafkaException">It has members, or the broker cannot be reached.</exception>
    public async Task DeleteGroupAsync(string group)
    {
        try
        {
            await _admin.DeleteGroupsAsync([group], new() { RequestTimeout = Limit });
        }
        catch (DeleteGroupsException e) when (e.Results.TrueForAll(r => r.Error.Code is ErrorCode.GroupIdNotFound))
        {
            // It was gone already, or never came to be.
        }
    }

    /// <summary>Lets go of the connections.</summary>
    public void Dispose()
    {
        _admin.Dispose();
        _slots.Dispose();
    }

    private async Task<IReadOnlyList<TopicPartitionOffset>> OffsetsAsync(IReadOnlyList<TopicPartition> partitions, OffsetSpec spec)
    {
        var asked = partitions.Select(p => new TopicPartitionOffsetSpec { TopicPartition = p, OffsetSpec = spec }).ToList();
        var found = await AskAsync((admin, limit) => admin.ListOffsetsAsync(asked, new() { RequestTimeout = limit }));
        return [.. found.ResultInfos.Select(r => r.TopicPartitionOffsetError.TopicPartitionOffset)];
    }

    private Task<T> AskAsync<T>(Func<IAdminClient, TimeSpan, Task<T>> ask)
    {
        var used = _admin;
        return Patience.AskAsync(Limit, () => Renew(used), async limit =>
        {
            await _slots.WaitAsync();
            try
            {
                used = Volatile.Read(ref _admin);
                return await ask(used, limit);
            }
            finally
            {
                _slots.Release();
            }
        });
    }

    // Failures come back from the calls; without a handler librdkafka writes to the console.
    private IAdminClient Build() => new AdminClientBuilder(_clients.Admin()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>Starts over with new connections: after a restart of its broker, librdkafka's administrator does not find the
    /// group's coordinator again. Many calls may fail of one client; the first replaces it.</summary>
    private void Renew(IAdminClient failed)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_admin, failed))
                return;
            _admin = Build();
        }
        // Calls of others may still be under way on it, and one whose client is disposed of is never answered.
        _ = DisposeLaterAsync(failed);
    }

    private static async Task DisposeLaterAsync(IAdminClient retired)
    {
        await Task.Delay(Afterlife, TimeProvider.System);
        retired.Dispose();
    }
}
