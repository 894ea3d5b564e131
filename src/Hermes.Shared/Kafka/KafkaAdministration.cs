using System.Net.Sockets;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.Shared.Kafka.Native;
using Hermes.Shared.Kafka.Wire;

namespace Hermes.Shared.Kafka;

/// <summary>Topics and consumer groups, administered. Each call is bounded by <see cref="Limit"/>.</summary>
public sealed class KafkaAdministration : IGroupAdministration, IDisposable
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);
    private readonly KafkaClients _clients;
    private readonly Lock _gate = new();
    private readonly GroupRequests? _many;
    private AdminConnection _connection;
    private Task _closings = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>Connects with the first call.</summary>
    public KafkaAdministration(KafkaClients clients)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _clients = clients;
        _connection = Connect();
        _many = clients.PlainBrokers() is { } brokers ? new(brokers) : null;
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
            var wanted = new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = replicationFactor, Configs = new(configs) };
            await AskOnceAsync((admin, limit) => Done(admin.CreateTopicsAsync([wanted], new() { RequestTimeout = limit, OperationTimeout = Limit })));
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
            await AskOnceAsync((admin, limit) => Done(admin.DeleteTopicsAsync([topic], new() { RequestTimeout = limit, OperationTimeout = Limit })));
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
        var found = await MetadataAsync(topic);
        return found.TopicError switch
        {
            ErrorCode.UnknownTopicOrPart => [],
            ErrorCode.NoError or ErrorCode.LeaderNotAvailable => [.. found.Partitions.Select(p => new TopicPartition(topic, p))],
            var error => throw new KafkaException(error),
        };
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
    /// <exception cref="KafkaException">The broker refuses (where the group has members: <see cref="ErrorCode.UnknownMemberId"/> for each
    /// partition), or cannot be reached; then nothing of it is done later.</exception>
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
    public Task<IReadOnlyList<(string Id, ConsumerGroupState State)>> GroupsAsync() => AskAsync((connection, limit) => connection.GroupsAsync(limit), Limit);

    /// <summary>A group's state and how many members it has; <see langword="null"/> where there is no such group.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    public async Task<(ConsumerGroupState State, int Members)?> FindGroupAsync(string group)
    {
        try
        {
            var described = await AskAsync((admin, limit) => admin.DescribeConsumerGroupsAsync([group], new() { RequestTimeout = limit }));
            var found = described.ConsumerGroupDescriptions[0];
            return found.State is ConsumerGroupState.Dead ? null : (found.State, found.Members.Count);
        }
        catch (DescribeConsumerGroupsException e) when (e.Results.ConsumerGroupDescriptions.TrueForAll(g => g.Error.Code is ErrorCode.GroupIdNotFound))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, GroupAnswer<(ConsumerGroupState State, int Members)?>>> FindGroupsAsync(IReadOnlyCollection<string> groups) =>
        AskManyAsync(new DescriptionCall(), groups, FindGroupAsync, isRepeatable: true);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, GroupAnswer<IReadOnlyList<TopicPartitionOffset>>>> AllCommittedAsync(IReadOnlyCollection<string> groups) =>
        AskManyAsync(new OffsetsCall(), groups, CommittedAsync, isRepeatable: true);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, GroupAnswer<bool>>> DeleteGroupsAsync(IReadOnlyCollection<string> groups) =>
        AskManyAsync(new DeletionCall(), groups, TryDeleteGroupAsync, isRepeatable: false);

    /// <summary>The cluster's id, which no other cluster has.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    public async Task<string> ClusterIdAsync() => (await ClusterAsync(Limit)).Id;

    /// <summary>The cluster's id, and how many brokers it has now.</summary>
    /// <param name="limit">How long to wait for a broker.</param>
    /// <exception cref="KafkaException">The broker cannot be reached; says why, as far as it is known.</exception>
    public async Task<(string Id, int Brokers)> ClusterAsync(TimeSpan limit)
    {
        var found = await AskAsync((connection, attempt) => connection.MetadataAsync(AdminConnection.AnyTopic, attempt), limit);
        return (found.ClusterId, found.Brokers.Count);
    }

    /// <summary>The brokers of the cluster.</summary>
    /// <exception cref="KafkaException">None can be reached.</exception>
    public async Task<IReadOnlyList<BrokerAddress>> BrokersAsync() => (await MetadataAsync(AdminConnection.AnyTopic)).Brokers;

    /// <summary>How new a broker is; <see langword="null"/> where connections must be encrypted or authenticated: those are librdkafka's,
    /// which does not tell.</summary>
    /// <exception cref="IOException">It cannot be reached, or is no Kafka.</exception>
    public async Task<BrokerRelease?> ReleaseAsync(BrokerAddress broker, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(broker);
        if (_clients.PlainBrokers() is null)
            return null;
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var link = await BrokerLink.OpenAsync(broker.Host, broker.Port, either.Token);
            return link.Release;
        }
        catch (Exception e) when (e is SocketException or InvalidDataException)
        {
            throw new IOException(e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"It did not answer within {Limit.TotalSeconds:0} s.", e);
        }
    }

    /// <summary>A setting as one of the brokers has it; <see langword="null"/> where it has none of that name, or may not be asked.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    public async Task<string?> BrokerSettingAsync(string name)
    {
        var broker = (await MetadataAsync(AdminConnection.AnyTopic)).Brokers[0];
        try
        {
            var resource = new ConfigResource { Type = ResourceType.Broker, Name = broker.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) };
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
            await AskAsync((admin, limit) => Done(admin.DeleteGroupsAsync([group], new() { RequestTimeout = limit })));
        }
        catch (DeleteGroupsException e) when (e.Results.TrueForAll(r => r.Error.Code is ErrorCode.GroupIdNotFound))
        {
            // It was gone already, or never came to be.
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteOffsetsAsync(string group, IReadOnlyList<TopicPartition> partitions)
    {
        try
        {
            await AskAsync((admin, limit) => Done(admin.DeleteConsumerGroupOffsetsAsync(group, partitions, new() { RequestTimeout = limit })));
            return true;
        }
        catch (DeleteConsumerGroupOffsetsException e) when (e.Result.Error.Code is ErrorCode.GroupIdNotFound)
        {
            return true; // with the group, they are gone too
        }
        catch (DeleteConsumerGroupOffsetsException e) when (e.Result.Error.Code is ErrorCode.GroupSubscribedToTopic
            || (e.Result.Error.Code is ErrorCode.NoError && e.Result.Partitions.TrueForAll(p => p.Error.Code is ErrorCode.NoError or ErrorCode.GroupSubscribedToTopic)))
        {
            return false;
        }
    }

    /// <summary>Lets go of the connections; calls under way fail.</summary>
    public void Dispose()
    {
        lock (_gate)
            _isDisposed = true;
        _many?.Dispose();
        _ = Close(_connection);
        _closings.Wait(CloseLimit);
    }

    private async Task<IReadOnlyList<TopicPartitionOffset>> OffsetsAsync(IReadOnlyList<TopicPartition> partitions, OffsetSpec spec)
    {
        var asked = partitions.Select(p => new TopicPartitionOffsetSpec { TopicPartition = p, OffsetSpec = spec }).ToList();
        var found = await AskAsync((admin, limit) => admin.ListOffsetsAsync(asked, new() { RequestTimeout = limit }));
        return [.. found.ResultInfos.Select(r => r.TopicPartitionOffsetError.TopicPartitionOffset)];
    }

    /// <summary>With few requests; where connections must be encrypted, or a broker is older than Kafka 3.0, group by group.</summary>
    private async Task<IReadOnlyDictionary<string, GroupAnswer<T>>> AskManyAsync<T>(GroupCall<T> call, IReadOnlyCollection<string> groups, Func<string, Task<T>> askOne, bool isRepeatable)
    {
        try
        {
            if (_many is not null)
                return await _many.AskAsync(call, groups, Limit, isRepeatable);
        }
        catch (NotSupportedException)
        {
            // As said.
        }
        var answers = new Dictionary<string, GroupAnswer<T>>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            try
            {
                answers[group] = new(await askOne(group), null);
            }
            catch (KafkaException e)
            {
                answers[group] = new(default!, e);
            }
        }
        return answers;
    }

    private async Task<bool> TryDeleteGroupAsync(string group)
    {
        try
        {
            await DeleteGroupAsync(group);
            return true;
        }
        catch (DeleteGroupsException e) when (e.Results.TrueForAll(r => r.Error.Code is ErrorCode.NonEmptyGroup))
        {
            return false;
        }
    }

    private Task<ClusterMetadata> MetadataAsync(string topic) => AskAsync((connection, limit) => connection.MetadataAsync(topic, limit), Limit);

    private static async Task<bool> Done(Task call)
    {
        await call;
        return true;
    }

    private Task<T> AskAsync<T>(Func<IAdminClient, TimeSpan, Task<T>> ask) => AskAsync((connection, limit) => connection.AskAsync(limit, ask), Limit);

    /// <summary>Asks until there is an answer, or a refusal that stays. What is asked must bear repetition. After a failure nothing
    /// that was asked is under way any more.</summary>
    private Task<T> AskAsync<T>(Func<AdminConnection, TimeSpan, Task<T>> ask, TimeSpan patience) => Patience.AskAsync(patience, async limit =>
    {
        var connection = Current();
        try
        {
            return await ask(connection, limit);
        }
        catch (KafkaException e) when (connection.IsSpent || (connection.Age >= Patience.OneAttempt && IsHealedByNewOne(e)))
        {
            await RenewAsync(connection);
            throw;
        }
    });

    /// <summary>Asks what does not bear repetition, by a connection of its own, which the failure of another call does not end.</summary>
    private async Task<T> AskOnceAsync<T>(Func<IAdminClient, TimeSpan, Task<T>> ask)
    {
        var connection = Connect();
        try
        {
            var started = TimeProvider.System.GetTimestamp();
            await Patience.AskAsync(Limit, limit => Done(connection.ReachAsync(limit)));
            return await connection.AskAsync(Limit - TimeProvider.System.GetElapsedTime(started), ask);
        }
        finally
        {
            _ = Close(connection);
        }
    }

    private AdminConnection Connect() => new(_clients.Administration());

    private AdminConnection Current()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _connection;
        }
    }

    /// <summary>Starts over with new connections. Many calls may fail of one; the first replaces it, and all wait for its end.</summary>
    private async Task RenewAsync(AdminConnection failed)
    {
        lock (_gate)
        {
            if (!_isDisposed && ReferenceEquals(_connection, failed))
                _connection = Connect();
        }
        await Task.WhenAny(Close(failed), Task.Delay(CloseLimit, TimeProvider.System));
    }

    private Task Close(AdminConnection connection)
    {
        lock (_gate)
        {
            var closing = connection.RetireAsync();
            _closings = _closings.IsCompleted ? closing : Task.WhenAll(_closings, closing);
            return closing;
        }
    }

    // After a restart of its broker, and when a group's coordinator has moved, librdkafka's administrator does not find it again.
    private static bool IsHealedByNewOne(KafkaException failure) => failure.Error is { IsLocalError: true, Code: not ErrorCode.Local_Partial }
        || KafkaErrors.Of(failure).Any(e => e.Code is ErrorCode.NotCoordinatorForGroup or ErrorCode.GroupCoordinatorNotAvailable);
}
