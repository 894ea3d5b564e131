using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Hermes.KafkaEmulator.Logs;
using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Topics;

/// <summary>Every topic of the broker. Reading takes no lock; changes are made one at a time and recorded before they are seen.</summary>
internal sealed class TopicCatalog : IDisposable
{
    // Kafka has no limit of its own; a slip in a number must not fill the machine.
    private const int MostPartitions = 10_000;

    private readonly Lock _changing = new();
    private readonly ConcurrentDictionary<string, Topic> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, Topic> _byId = new();
    private readonly Dictionary<Guid, ImmutableDictionary<int, long>> _startOffsets = [];
    private readonly KafkaEmulatorOptions _options;
    private readonly TimeProvider _clock;
    private readonly Journal _journal;
    private readonly string? _logs;

    /// <summary>Opens what the data folder holds.</summary>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public TopicCatalog(KafkaEmulatorOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        Defaults = TopicSettings.Of(options);
        _logs = options.DataFolder is null ? null : Path.Combine(options.DataFolder, "logs");
        var entries = new Dictionary<Guid, TopicEntry>();
        _journal = new Journal(
            options.DataFolder is null ? null : Path.Combine(options.DataFolder, "topics.journal"),
            bytes => Apply(entries, bytes),
            () => _byName.Values.Select(Entry).Select(Bytes));
        if (_logs is not null)
            Restore(entries);
    }

    /// <summary>Told of every topic that was deleted, by its name.</summary>
    public Action<string>? Deleted { get; set; }

    /// <summary>The settings of a topic to which nobody gave any.</summary>
    public TopicSettings Defaults { get; }

    public IEnumerable<Topic> All => _byName.Values;

    public Topic? Find(string name) => _byName.GetValueOrDefault(name);

    public Topic? Find(Guid id) => _byId.GetValueOrDefault(id);

    /// <summary>Creates a topic.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="partitions">How many partitions; -1 for the broker's default.</param>
    /// <param name="given">Its settings.</param>
    /// <param name="validateOnly">Only say whether it could be created.</param>
    /// <exception cref="TopicRefusedException">Kafka would not create it.</exception>
    public Topic Create(string name, int partitions, ImmutableSortedDictionary<string, string> given, bool validateOnly = false)
    {
        if (TopicNames.Fault(name) is { } fault)
            throw new TopicRefusedException(KafkaError.InvalidTopicException, fault);
        var count = partitions == -1 ? _options.Partitions : partitions;
        if (count <= 0)
            throw new TopicRefusedException(KafkaError.InvalidPartitions, "Number of partitions was set to an invalid non-positive value.");
        if (count > MostPartitions)
            throw new TopicRefusedException(KafkaError.InvalidPartitions, $"The emulator keeps at most {MostPartitions} partitions of a topic.");
        lock (_changing)
        {
            if (_byName.ContainsKey(name))
                throw new TopicRefusedException(KafkaError.TopicAlreadyExists, $"Topic '{name}' already exists.");
            if (_byName.Keys.FirstOrDefault(other => TopicNames.Collide(name, other)) is { } colliding)
                throw new TopicRefusedException(KafkaError.InvalidTopicException, $"Topic '{name}' collides with existing topic: {colliding}");
            var topic = new Topic(Guid.NewGuid(), name, Defaults.With(given), []);
            if (validateOnly)
                return topic with { Partitions = [.. new PartitionLog[count]] };
            // Recorded before its folders are made: folders that no entry names are removed at the next start.
            topic = topic with { Partitions = OpenLogs(topic.Id, 0, count) };
            Record(topic);
            return topic;
        }
    }

    /// <summary>Deletes a topic and its records.</summary>
    /// <exception cref="TopicRefusedException">It is gone already.</exception>
    public void Delete(Topic topic)
    {
        lock (_changing)
        {
            topic = Current(topic);
            _journal.Append(Bytes(new TopicEntry(topic.Id, topic.Name, 0, topic.Settings.Given, ImmutableDictionary<int, long>.Empty)));
            _byName.TryRemove(topic.Name, out _);
            _byId.TryRemove(topic.Id, out _);
            _startOffsets.Remove(topic.Id);
            foreach (var log in topic.Partitions)
                log.Delete();
            if (_logs is not null)
                Directory.Delete(TopicFolder(topic.Id), recursive: true);
        }

        Deleted?.Invoke(topic.Name);
    }

    /// <summary>Gives a topic more partitions.</summary>
    /// <exception cref="TopicRefusedException">It is gone, or has as many.</exception>
    public void AddPartitions(Topic topic, int count, bool validateOnly)
    {
        lock (_changing)
        {
            topic = Current(topic);
            var present = topic.Partitions.Length;
            if (count == present)
                throw new TopicRefusedException(KafkaError.InvalidPartitions, $"Topic already has {present} partition(s).");
            if (count < present)
            {
                throw new TopicRefusedException(KafkaError.InvalidPartitions,
                    $"The topic {topic.Name} currently has {present} partition(s); {count} would not be an increase.");
            }

            if (count > MostPartitions)
                throw new TopicRefusedException(KafkaError.InvalidPartitions, $"The emulator keeps at most {MostPartitions} partitions of a topic.");
            if (!validateOnly)
                Record(topic with { Partitions = topic.Partitions.AddRange(OpenLogs(topic.Id, present, count)) });
        }
    }

    /// <summary>Changes a topic's settings.</summary>
    /// <exception cref="TopicRefusedException">It is gone, or the change does not apply to its settings.</exception>
    public void Configure(Topic topic, Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change, bool validateOnly)
    {
        lock (_changing)
        {
            topic = Current(topic);
            var given = change(topic.Settings.Given);
            if (!validateOnly)
                Record(topic with { Settings = topic.Settings.With(given) });
        }
    }

    /// <summary>Deletes the records of a partition before an offset.</summary>
    /// <returns>The first offset from here on; null when the offset is beyond the end.</returns>
    public long? DeleteRecords(Topic topic, int partition, long before)
    {
        lock (_changing)
        {
            topic = Current(topic);
            var log = topic.Partitions[partition];
            var (start, end) = log.Offsets;
            if (before > end)
                return null;
            if (before <= start)
                return start;
            var starts = _startOffsets.GetValueOrDefault(topic.Id, ImmutableDictionary<int, long>.Empty);
            _startOffsets[topic.Id] = starts.SetItem(partition, before);
            // Recorded first: records that are gone must not come back, those that come back after a kill in between were still owed.
            _journal.Append(Bytes(Entry(topic)));
            return log.DeleteBefore(before);
        }
    }

    public void Dispose()
    {
        lock (_changing)
        {
            foreach (var log in _byName.Values.SelectMany(topic => topic.Partitions))
                log.Dispose();
            _journal.Dispose();
        }
    }

    private static void Apply(Dictionary<Guid, TopicEntry> entries, ReadOnlySpan<byte> bytes)
    {
        var entry = JsonSerializer.Deserialize(bytes, TopicEntryJson.Default.TopicEntry)
            ?? throw new IOException("The journal of topics holds an empty entry.");
        if (entry.Partitions == 0)
            entries.Remove(entry.Id);
        else
            entries[entry.Id] = entry;
    }

    private static byte[] Bytes(TopicEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, TopicEntryJson.Default.TopicEntry);

    private TopicEntry Entry(Topic topic) => new(
        topic.Id, topic.Name, topic.Partitions.Length, topic.Settings.Given, _startOffsets.GetValueOrDefault(topic.Id, ImmutableDictionary<int, long>.Empty));

    private Topic Current(Topic topic) => _byId.GetValueOrDefault(topic.Id)
        ?? throw new TopicRefusedException(KafkaError.UnknownTopicOrPartition, $"Topic '{topic.Name}' does not exist.");

    private void Record(Topic topic)
    {
        _journal.Append(Bytes(Entry(topic)));
        _byId[topic.Id] = topic;
        _byName[topic.Name] = topic;
    }

    private void Restore(Dictionary<Guid, TopicEntry> entries)
    {
        foreach (var entry in entries.Values)
        {
            _startOffsets[entry.Id] = entry.StartOffsets.ToImmutableDictionary();
            var settings = Defaults.With(entry.Settings.ToImmutableSortedDictionary(StringComparer.Ordinal));
            var topic = new Topic(entry.Id, entry.Name, settings, OpenLogs(entry.Id, 0, entry.Partitions));
            _byId[topic.Id] = topic;
            _byName[topic.Name] = topic;
        }

        Directory.CreateDirectory(_logs!);
        foreach (var folder in Directory.EnumerateDirectories(_logs!))
        {
            if (Guid.TryParse(Path.GetFileName(folder), out var id) && !_byId.ContainsKey(id))
                Directory.Delete(folder, recursive: true);
        }
    }

    private ImmutableArray<PartitionLog> OpenLogs(Guid id, int from, int to)
    {
        var starts = _startOffsets.GetValueOrDefault(id, ImmutableDictionary<int, long>.Empty);
        var logs = ImmutableArray.CreateBuilder<PartitionLog>(to - from);
        for (var i = from; i < to; i++)
        {
            var folder = _logs is null ? null : Path.Combine(TopicFolder(id), i.ToString());
            logs.Add(new PartitionLog(folder, starts.GetValueOrDefault(i), _clock));
        }

        return logs.MoveToImmutable();
    }

    private string TopicFolder(Guid id) => Path.Combine(_logs!, id.ToString());
}
