using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.Shared.Kafka;

namespace Hermes.Testing.Installations;

/// <summary>What happens to topics while something else is under way.</summary>
public static class Topics
{
    /// <summary>What a pass of retention does: all before the offsets is gone.</summary>
    public static async Task DeleteRecordsAsync(HermesInstallation hermes, IReadOnlyList<TopicPartitionOffset> before)
    {
        using var admin = Admin(hermes);
        await admin.DeleteRecordsAsync(before);
    }

    /// <summary>Gives the topic more partitions.</summary>
    public static async Task AddPartitionAsync(HermesInstallation hermes, int partitions)
    {
        using var admin = Admin(hermes);
        await admin.CreatePartitionsAsync([new() { Topic = hermes.KafkaTopic, IncreaseTo = partitions }]);
    }

    private static IAdminClient Admin(HermesInstallation hermes) => new AdminClientBuilder(new KafkaClients(hermes.Kafka).Admin()).Build();
}
