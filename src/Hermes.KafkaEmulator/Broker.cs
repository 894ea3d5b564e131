using System.Net;
using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Groups;
using Hermes.KafkaEmulator.Groups.Apis;
using Hermes.KafkaEmulator.Logs;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator;

/// <summary>What stands behind the listener: the data, and the APIs over it.</summary>
internal sealed class Broker : IDisposable
{
    private readonly List<IDisposable> _parts = [];

    /// <summary>Opens the data folder, if there is one.</summary>
    /// <exception cref="IOException">The data folder cannot be used, or another emulator uses it.</exception>
    public Broker(KafkaEmulatorOptions options, IPEndPoint address, ILoggerFactory loggers, TimeProvider clock)
    {
        try
        {
            var data = Own(new DataFolder(options.DataFolder));
            var (host, port) = BrokerIdentity.ParseAddress(options.Advertise ?? address.ToString())
                ?? throw new ArgumentException($"The advertised address {options.Advertise} is not host:port.", nameof(options));
            var identity = new BrokerIdentity(host, port, data.ClusterId);
            var topics = Own(new TopicCatalog(options, clock));
            Own(new Retention(topics, clock, loggers.CreateLogger<Retention>()));
            var producers = Own(new ProducerIds(data.File("producers.journal")));
            var groups = Own(new GroupCoordinator(
                options.Groups,
                data.File("groups.journal"),
                (topic, partition) => partition >= 0 && partition < topics.Find(topic)?.Partitions.Length,
                clock,
                loggers.CreateLogger<GroupCoordinator>()));
            topics.Deleted = groups.ForgetTopic;
            var configuration = new TopicConfiguration(topics);
            Apis = new ApiTable(
            [
                new MetadataApi(identity, topics, options),
                new ProduceApi(topics, loggers.CreateLogger<ProduceApi>()),
                new FetchApi(topics, clock),
                new ListOffsetsApi(topics),
                new CreateTopicsApi(topics),
                new DeleteTopicsApi(topics, loggers.CreateLogger<DeleteTopicsApi>()),
                new CreatePartitionsApi(topics),
                new DeleteRecordsApi(topics),
                new DescribeConfigsApi(topics, new BrokerSettings(options)),
                new AlterConfigsApi(configuration),
                new IncrementalAlterConfigsApi(configuration),
                new DescribeClusterApi(identity),
                new OffsetForLeaderEpochApi(topics),
                new SaslHandshakeApi(),
                new FindCoordinatorApi(identity),
                new InitProducerIdApi(producers),
                .. GroupApis.Of(groups),
            ]);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Everything that is served.</summary>
    public ApiTable Apis { get; }

    /// <summary>Closes the data; the listener must have stopped before.</summary>
    public void Dispose()
    {
        // In the order in which they were opened, turned round.
        for (var i = _parts.Count - 1; i >= 0; i--)
            _parts[i].Dispose();
        _parts.Clear();
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _parts.Add(part);
        return part;
    }
}
