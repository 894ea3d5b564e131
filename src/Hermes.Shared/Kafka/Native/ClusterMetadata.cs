using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Hermes.Shared.Kafka.Native;

/// <summary>What a broker says of its cluster and of one topic.</summary>
/// <param name="ClusterId">Which no other cluster has; empty where the brokers are too old to say.</param>
/// <param name="Brokers">Its brokers, where they say that they can be reached.</param>
/// <param name="TopicError">Of the topic: <see cref="ErrorCode.UnknownTopicOrPart"/> where it is not there.</param>
/// <param name="Partitions">The topic's, in their order.</param>
internal sealed record ClusterMetadata(string ClusterId, IReadOnlyList<BrokerAddress> Brokers, ErrorCode TopicError, IReadOnlyList<int> Partitions)
{
    /// <summary>Asks any broker, and blocks the thread so long at most.</summary>
    /// <param name="client">A consumer, which creates no topic by asking for it. It stays open until the answer.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="limit">How long to wait for a broker and its answer.</param>
    /// <exception cref="KafkaException">No broker can be reached, or none knows the cluster yet.</exception>
    public static unsafe ClusterMetadata Ask(IClient client, string topic, TimeSpan limit)
    {
        var handle = LoadedLibrary.HandleOf(client);
        var native = Librdkafka.NewTopic(handle, topic, IntPtr.Zero);
        if (native == IntPtr.Zero)
            throw new KafkaException(ErrorCode.TopicException);
        Librdkafka.MetadataAnswer* answer = null;
        try
        {
            if (Librdkafka.Metadata(handle, 0, native, &answer, (int)limit.TotalMilliseconds) is var error and not 0)
                throw new KafkaException((ErrorCode)error);
            var brokers = new ReadOnlySpan<Librdkafka.MetadataBroker>(answer->Brokers, answer->BrokerCount);
            var topics = new ReadOnlySpan<Librdkafka.MetadataTopic>(answer->Topics, answer->TopicCount);
            if (brokers.IsEmpty || topics.IsEmpty)
                throw new KafkaException(ErrorCode.Local_Partial);
            var partitions = new ReadOnlySpan<Librdkafka.MetadataPartition>(topics[0].Partitions, topics[0].PartitionCount);
            var (addresses, numbers) = (new BrokerAddress[brokers.Length], new int[partitions.Length]);
            for (var i = 0; i < addresses.Length; i++)
                addresses[i] = new(brokers[i].Id, Marshal.PtrToStringUTF8(brokers[i].Host) ?? "", brokers[i].Port);
            for (var i = 0; i < numbers.Length; i++)
                numbers[i] = partitions[i].Id;
            Array.Sort(numbers);
            return new(ClusterIdOf(handle), addresses, (ErrorCode)topics[0].Error, numbers);
        }
        finally
        {
            if (answer is not null)
                Librdkafka.DestroyMetadata(answer);
            Librdkafka.DestroyTopic(native);
        }
    }

    private static string ClusterIdOf(SafeHandle client)
    {
        // Known since the answer came.
        var text = Librdkafka.ClusterId(client, 0);
        try
        {
            return Marshal.PtrToStringUTF8(text) ?? "";
        }
        finally
        {
            if (text != IntPtr.Zero)
                Librdkafka.Free(IntPtr.Zero, text);
        }
    }
}
