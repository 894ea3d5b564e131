using Hermes.Shared.Naming;

namespace Hermes.Shared.Tests.Naming;

/// <summary>The naming rule of consumer groups, read backwards.</summary>
public sealed class SubscriptionOfGroup
{
    [Theory]
    [InlineData("", "shop.orders", "billing")]
    [InlineData("ns", "shop.orders", "billing")]
    [InlineData("ns", "a_b.c__d", "_e_")]
    [InlineData("ns", "a.b_.c_", "x__")]
    public void A_groups_own_topic_tells_its_subscription(string ns, string topic, string name)
    {
        var names = new KafkaNames(ns);
        var subscription = new SubscriptionName(TopicName.Parse(topic), name);
        Assert.Equal(subscription, names.SubscriptionOf(names.ConsumerGroup(subscription), names.PrimaryTopic(subscription.Topic, isAvro: false)));
    }

    [Fact]
    public void The_topic_of_a_migration_tells_it_too()
    {
        var names = new KafkaNames("ns", mapper: TopicMapper.JsonToAvroMigration);
        var subscription = SubscriptionName.Parse("shop.orders$billing");
        Assert.Equal(subscription, names.SubscriptionOf("ns_shop_orders_billing", "ns_shop.orders_avro"));
        Assert.Equal(subscription, names.SubscriptionOf("ns_shop_orders_billing", "ns_shop.orders"));
    }

    [Theory]
    [InlineData("ns_shop_orders_billing", "ns_shop.returns")] // another topic's
    [InlineData("ns_shop_orders_billing", "shop.orders")] // another namespace's
    [InlineData("ns_shop_orders_a_b", "ns_shop.orders")] // an underscore that is not doubled
    [InlineData("ns_shop_orders_", "ns_shop.orders")]
    [InlineData("shop_orders_billing", "ns_shop.orders")]
    [InlineData("connect-cluster", "ns_shop.orders")]
    public void Others_groups_are_nobodys(string group, string topic) => Assert.Null(new KafkaNames("ns").SubscriptionOf(group, topic));
}
