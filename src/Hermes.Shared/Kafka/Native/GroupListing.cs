using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Hermes.Shared.Kafka.Native;

/// <summary>The groups of a cluster. Confluent.Kafka asks in the same way, but frees the errors that belong to the answer.</summary>
internal static class GroupListing
{
    /// <summary>Asks all brokers, and blocks the thread so long at most.</summary>
    /// <exception cref="KafkaException">A broker cannot be reached, or refuses.</exception>
    public static IReadOnlyList<(string Id, ConsumerGroupState State)> Ask(IClient client, TimeSpan limit)
    {
        var handle = LoadedLibrary.HandleOf(client);
        var queue = Librdkafka.NewQueue(handle);
        var answer = IntPtr.Zero;
        try
        {
            Librdkafka.ListConsumerGroups(handle, IntPtr.Zero, queue);
            answer = Librdkafka.Poll(queue, (int)limit.TotalMilliseconds);
            if (answer == IntPtr.Zero)
                throw new KafkaException(ErrorCode.Local_TimedOut);
            if (Librdkafka.ErrorOf(answer) is var error and not 0)
                throw new KafkaException((ErrorCode)error);
            return Read(Librdkafka.GroupsOf(answer));
        }
        finally
        {
            if (answer != IntPtr.Zero)
                Librdkafka.DestroyEvent(answer);
            Librdkafka.DestroyQueue(queue);
        }
    }

    private static unsafe List<(string Id, ConsumerGroupState State)> Read(IntPtr result)
    {
        nuint count;
        var errors = Librdkafka.GroupErrors(result, &count);
        if (count > 0)
            throw new KafkaException((ErrorCode)Librdkafka.CodeOf(errors[0]));
        var groups = Librdkafka.ValidGroups(result, &count);
        var read = new List<(string, ConsumerGroupState)>((int)count);
        for (nuint i = 0; i < count; i++)
            read.Add((Marshal.PtrToStringUTF8(Librdkafka.GroupId(groups[i]))!, (ConsumerGroupState)Librdkafka.GroupState(groups[i])));
        return read;
    }
}
