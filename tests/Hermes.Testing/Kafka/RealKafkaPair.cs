using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hermes.Testing.Kafka;

/// <summary>Two real brokers of one cluster, which have a replica of each partition each, so that a test can move the leaders, of
/// a topic or of the groups' coordinators, from the one to the other and back.</summary>
public sealed class RealKafkaPair : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["offsets.topic.replication.factor"] = "2",
        ["auto.leader.rebalance.enable"] = "false", // they move when a test says so
    };

    private readonly IAdminClient _admin;

    private RealKafkaPair(RealKafka first, RealKafka second)
    {
        (First, Second) = (first, second);
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>Broker 1, which is the controller too.</summary>
    public RealKafka First { get; }

    /// <summary>Broker 2.</summary>
    public RealKafka Second { get; }

    public string BootstrapServers => $"{First.BootstrapServers},{Second.BootstrapServers}";

    public static async Task<RealKafkaPair> LaunchAsync()
    {
        var first = await RealKafka.LaunchAsync(Settings);
        try
        {
            return new(first, await first.AddBrokerAsync(2, Settings));
        }
        catch
        {
            await first.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes the other broker the leader of each partition of a topic; of <c>__consumer_offsets</c>: the groups' coordinator.
    /// Returns when it is.</summary>
    public async Task MoveLeadersAsync(string topic)
    {
        var before = Leaders(topic);
        await ReorderAsync(topic, before.Select(p => (p.Key, Leader: 3 - p.Value, Follower: p.Value)).ToArray());
        await Until.TrueAsync(async () =>
        {
            try
            {
                await _admin.ElectLeadersAsync(ElectionType.Preferred, before.Keys.Select(p => new TopicPartition(topic, p)), new() { RequestTimeout = Limit, OperationTimeout = Limit });
            }
            catch (ElectLeadersException)
            {
                // A replica is not in step yet; or it is the leader already.
            }
            return Leaders(topic) is var now && now.Count == before.Count && now.All(p => p.Value == 3 - before[p.Key]);
        }, $"the other leaders of {topic}", Limit);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await Second.DisposeAsync();
        await First.DisposeAsync();
    }

    private Dictionary<int, int> Leaders(string topic) =>
        _admin.GetMetadata(topic, Limit).Topics[0].Partitions.ToDictionary(p => p.PartitionId, p => p.Leader);

    /// <summary>Says whom each partition prefers as its leader, which librdkafka has no call for: AlterPartitionReassignments (key 45), version 0.</summary>
    private async Task ReorderAsync(string topic, (int Partition, int Leader, int Follower)[] partitions)
    {
        using var request = new MemoryStream();
        Int32(request, 0); // its length, when it is known
        request.Write([0, 45, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0]); // key, version, correlation, no client id, no tags
        Int32(request, (int)Limit.TotalMilliseconds);
        request.WriteByte(2); // one topic
        request.WriteByte((byte)(topic.Length + 1));
        request.Write(Encoding.ASCII.GetBytes(topic));
        request.WriteByte((byte)(partitions.Length + 1));
        foreach (var (partition, leader, follower) in partitions)
        {
            Int32(request, partition);
            request.WriteByte(3); // two replicas
            Int32(request, leader);
            Int32(request, follower);
            request.WriteByte(0);
        }
        request.Write([0, 0]);
        var frame = request.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);

        using var deadline = new CancellationTokenSource(Limit, TimeProvider.System);
        using var client = new TcpClient();
        var at = First.BootstrapServers.Split(':');
        await client.ConnectAsync(at[0], int.Parse(at[1], System.Globalization.CultureInfo.InvariantCulture), deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(frame, deadline.Token);
        var head = new byte[15]; // length, correlation, tags, throttle, error
        await stream.ReadExactlyAsync(head, deadline.Token);
        if (BinaryPrimitives.ReadInt16BigEndian(head.AsSpan(13)) is var error && error != 0)
            throw new InvalidOperationException($"The replicas of {topic} cannot be put in another order: error {error}.");
    }

    private static void Int32(MemoryStream stream, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        stream.Write(bytes);
    }
}
