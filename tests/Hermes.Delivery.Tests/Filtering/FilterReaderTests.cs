using Hermes.Delivery.Filtering;
using Hermes.Shared.Avro;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.Tests.Filtering;

public sealed class FilterReaderTests
{
    [Theory]
    [InlineData("^a.*", "abc", true)]
    [InlineData("b", "abc", false)]
    [InlineData("a|abc", "abc", true)]
    public void A_header_has_to_match_as_a_whole(string matcher, string value, bool passes)
    {
        var filter = FilterReader.Read(new() { Type = "header", Header = "X-Kind", Matcher = matcher }, isAvro: false);
        Assert.Equal(passes, filter.Passes(DeliveryRig.Message(1, metadata: new KeyValuePair<string, string>("X-Kind", value))));
        Assert.False(filter.Passes(DeliveryRig.Message(1, metadata: new KeyValuePair<string, string>("X-Other", value))));
    }

    [Theory]
    [InlineData(null, """{"a":[{"b":"x"},{"b":"x"}]}""", true)]
    [InlineData("all", """{"a":[{"b":"x"},{"b":"y"}]}""", false)]
    [InlineData("ANY", """{"a":[{"b":"x"},{"b":"y"}]}""", true)]
    [InlineData("any", """{"a":[{"b":"z"},{"b":"y"}]}""", false)]
    [InlineData("all", """{"a":[]}""", false)]
    [InlineData("any", """{"c":1}""", false)]
    public void Several_values_all_match_or_any(string? strategy, string body, bool passes)
    {
        var filter = FilterReader.Read(new SubscriptionFilter { Type = "jsonpath", Path = "$.a[*].b", Matcher = "x", MatchingStrategy = strategy }, isAvro: false);
        Assert.Equal(passes, filter.Passes(DeliveryRig.Message(1, body)));
    }

    [Fact]
    public void All_filters_have_to_pass_and_one_that_fails_keeps_the_message_out()
    {
        var one = FilterReader.Read(new() { Type = "jsonpath", Path = "$.id", Matcher = "1" }, isAvro: false);
        var other = FilterReader.Read(new() { Type = "header", Header = "k", Matcher = "v" }, isAvro: false);
        var set = new FilterSet([one, other]);
        Assert.True(set.Passes(DeliveryRig.Message(1, metadata: new KeyValuePair<string, string>("k", "v")), out _));
        Assert.False(set.Passes(DeliveryRig.Message(1), out _));
        Assert.False(set.Passes(DeliveryRig.Message(1, "no json", metadata: new KeyValuePair<string, string>("k", "v")), out _));
    }

    [Fact]
    public void A_pattern_that_runs_away_keeps_the_message_out_soon()
    {
        var set = new FilterSet([FilterReader.Read(new() { Type = "jsonpath", Path = "$.a", Matcher = "(a+)+b" }, isAvro: false)]);
        Assert.False(set.Passes(DeliveryRig.Message(1, $$"""{"a":"{{new string('a', 40)}}"}"""), out _));
    }

    [Theory]
    [InlineData("jsonpath", "a", null, "x", true, "type jsonpath is for topics of JSON")]
    [InlineData("avropath", "a", null, "x", false, "type avropath is for topics of AVRO")]
    [InlineData("xpath", "a", null, "x", false, "type xpath is unknown")]
    [InlineData(null, "a", null, "x", false, "type is missing")]
    [InlineData("avropath", null, null, "x", true, "path is missing")]
    [InlineData("header", null, null, "x", true, "header is missing")]
    [InlineData("header", null, "h", null, true, "matcher is missing")]
    [InlineData("header", null, "h", "(", true, "Invalid pattern")]
    [InlineData("header", null, "h", "[a[b]]", true, "a set within a set")]
    public void A_filter_that_cannot_work_is_named_and_the_subscription_not_served(string? type, string? path, string? header, string? matcher, bool isAvro, string fault)
    {
        var subscription = new SubscriptionDocument
        {
            TopicName = "g.t",
            Name = "s",
            Endpoint = "http://localhost/",
            Filters = [new() { Type = "header", Header = "k", Matcher = "v" }, new() { Type = type!, Path = path, Header = header, Matcher = matcher }],
        };
        var reason = Support.Check(subscription, new() { Name = "g.t", ContentType = isAvro ? ContentTypes.Avro : ContentTypes.Json });
        Assert.Contains("filter 2", reason, StringComparison.Ordinal);
        Assert.Contains(fault, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_avropath_reads_the_record_whatever_is_delivered_of_it()
    {
        var schema = AvroSchema.Parse("""{"type":"record","name":"R","fields":[{"name":"kind","type":["null","string"]},{"name":"tags","type":{"type":"array","items":"string"}}]}""");
        byte[] value = [2, 2, (byte)'x', 4, 2, (byte)'a', 2, (byte)'b', 0];
        var message = new Message
        {
            Id = "m",
            KafkaTopic = "t",
            Partition = 0,
            Offset = 0,
            Epoch = 0,
            PublishedMs = 0,
            Body = "{}"u8.ToArray(),
            Schema = new(schema, 1, 1),
            Avro = value,
        };
        Assert.True(Passes("kind", "x"));
        Assert.False(Passes("kind", "y"));
        Assert.True(Passes("tags[*]", "[ab]"));
        Assert.False(Passes("tags[*]", "a"));
        Assert.True(Passes("tags[*]", "a", "any"));
        Assert.False(Passes("tags[*].x", ".*"));

        bool Passes(string path, string matcher, string? strategy = null) =>
            FilterReader.Read(new() { Type = "avropath", Path = path, Matcher = matcher, MatchingStrategy = strategy }, isAvro: true).Passes(message);
    }

    [Fact]
    public void An_avropath_keeps_out_JSON_from_before_the_topic_was_migrated_and_says_so()
    {
        var set = new FilterSet([FilterReader.Read(new() { Type = "avropath", Path = "a", Matcher = ".*" }, isAvro: true)]);
        Assert.False(set.Passes(DeliveryRig.Message(1, """{"a":1}"""), out var failure));
        Assert.Equal("avropath", failure!.Type);
    }
}
