using Hermes.Shared.Naming;

namespace Hermes.Shared.Tests.Naming;

/// <summary>Names, and what Kafka calls them.</summary>
public sealed class Names
{
    [Fact]
    public void A_topic_is_split_at_the_last_dot_and_a_subscription_at_the_dollar()
    {
        var name = SubscriptionName.Parse("pl.shop.orders$audit_log");
        Assert.Equal(("pl.shop", "orders", "audit_log"), (name.Topic.Group, name.Topic.Name, name.Name));
        Assert.Equal("pl.shop.orders$audit_log", name.ToString());
        Assert.Equal(SubscriptionName.Parse("pl.shop.orders$audit_log"), name);
    }

    [Theory]
    [InlineData("dev", "pl.shop.orders$audit_log", "dev_pl.shop_orders_audit__log")]
    [InlineData("", "a_b.c__d$e", "a__b_c____d_e")]
    [InlineData("n_s", "g.t$s", "n_s_g_t_s")]
    public void A_group_id_doubles_underscores_within_parts_and_joins_them_with_one(string @namespace, string subscription, string group) =>
        Assert.Equal(group, new KafkaNames(@namespace).ConsumerGroup(SubscriptionName.Parse(subscription)));

    [Fact]
    public void Kafka_topics_follow_the_mapper_of_the_installation()
    {
        var topic = TopicName.Parse("pl.shop.orders");
        Assert.Equal("dev_pl.shop.orders", new KafkaNames("dev").PrimaryTopic(topic, isAvro: true));
        Assert.Null(new KafkaNames("dev").SecondaryTopic(topic, isAvro: true, isMigratedFromJson: true));
        var migrating = new KafkaNames("dev", mapper: TopicMapper.JsonToAvroMigration);
        Assert.Equal("dev_pl.shop.orders_avro", migrating.PrimaryTopic(topic, isAvro: true));
        Assert.Equal("dev_pl.shop.orders", migrating.SecondaryTopic(topic, isAvro: true, isMigratedFromJson: true));
        Assert.Null(migrating.SecondaryTopic(topic, isAvro: true, isMigratedFromJson: false));
        Assert.Equal("dev_pl.shop.orders", migrating.PrimaryTopic(topic, isAvro: false));
        Assert.Equal("dev-pl.shop.orders", new KafkaNames("dev", "-").PrimaryTopic(topic, isAvro: false));
    }

    [Theory, InlineData(""), InlineData("orders"), InlineData(".orders"), InlineData("shop."), InlineData("shop.or ders"), InlineData("shop.orders$x"), InlineData("shop/x.orders")]
    public void What_is_no_topic_is_refused_by_its_rule(string text)
    {
        Assert.False(TopicName.TryParse(text, out _));
        Assert.Contains($"'{text}'", Assert.Throws<ArgumentException>(() => TopicName.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("shop.orders"), InlineData("shop.orders$"), InlineData("$x"), InlineData("shop.orders$a$b"), InlineData("shop.orders$a/b")]
    public void What_is_no_subscription_is_refused_by_its_rule(string text)
    {
        Assert.False(SubscriptionName.TryParse(text, out _));
        Assert.Contains($"'{text}'", Assert.Throws<ArgumentException>(() => SubscriptionName.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("a.b"), InlineData(""), InlineData("a b")]
    public void A_topics_short_name_has_no_dot_and_keeps_the_rule(string name) => Assert.Throws<ArgumentException>(() => new TopicName("g", name));
}
