using Hermes.Shared.DeadLetters;
using Hermes.Shared.Naming;

namespace Hermes.Shared.Tests.DeadLetters;

public sealed class DeadLetterNames
{
    private static readonly string[] Parts = ["a", "a.b", "a_b", "a-b", "a-db", "a--b", "b", "a_", "_a", "a.", "l", "dead-letters", "x_dead-letters"];

    [Fact]
    public void No_two_consumer_groups_share_a_topic_and_none_of_them_could_be_a_Hermes_topic()
    {
        var names = new KafkaNames("dev.one");
        var subscriptions = (
            from @group in Parts
            from topic in Parts
            where !topic.Contains('.', StringComparison.Ordinal)
            from name in Parts
            select SubscriptionName.Parse($"{@group}.{topic}${name}")).DistinctBy(names.ConsumerGroup);
        var topics = subscriptions.Select(s => DeadLetterTopics.Of(s, null, names)).ToList();
        Assert.Equal(topics.Count, topics.Distinct(StringComparer.Ordinal).Count());
        Assert.All(topics, topic => Assert.Null(DeadLetterTopics.Fault(topic)));
        Assert.All(topics, topic => Assert.DoesNotContain('.', topic));
    }

    [Fact]
    public void The_name_can_be_read_by_people() => Assert.Equal(
        "dev_pl-dshop_orders_audit__log_dead-letters", DeadLetterTopics.Of(SubscriptionName.Parse("pl.shop.orders$audit_log"), null, new KafkaNames("dev")));

    [Fact]
    public void A_name_too_long_for_Kafka_is_shortened_and_stays_its_own()
    {
        var (one, other) = (SubscriptionName.Parse($"{new string('g', 200)}.t${new string('s', 100)}1"), SubscriptionName.Parse($"{new string('g', 200)}.t${new string('s', 100)}2"));
        var names = new KafkaNames("dev");
        Assert.InRange(DeadLetterTopics.Of(one, null, names).Length, 200, 249);
        Assert.NotEqual(DeadLetterTopics.Of(one, null, names), DeadLetterTopics.Of(other, null, names));
    }

    [Theory]
    [InlineData("", "1 to 249")]
    [InlineData("shop.orders", "no dot")]
    [InlineData("a b", "letters, digits")]
    [InlineData("żółć", "letters, digits")]
    public void What_could_be_a_Hermes_topic_or_no_topic_at_all_is_refused(string name, string why) =>
        Assert.Contains(why, DeadLetterTopics.Fault(name)!, StringComparison.Ordinal);
}
