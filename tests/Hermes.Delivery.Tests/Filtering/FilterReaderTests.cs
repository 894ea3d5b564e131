using Hermes.Delivery.Filtering;
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
        var filter = FilterReader.Read(new() { Type = "header", Header = "X-Kind", Matcher = matcher });
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
        var filter = FilterReader.Read(new SubscriptionFilter { Type = "jsonpath", Path = "$.a[*].b", Matcher = "x", MatchingStrategy = strategy });
        Assert.Equal(passes, filter.Passes(DeliveryRig.Message(1, body)));
    }

    [Fact]
    public void All_filters_have_to_pass_and_one_that_fails_keeps_the_message_out()
    {
        var one = FilterReader.Read(new() { Type = "jsonpath", Path = "$.id", Matcher = "1" });
        var other = FilterReader.Read(new() { Type = "header", Header = "k", Matcher = "v" });
        var set = new FilterSet([one, other]);
        Assert.True(set.Passes(DeliveryRig.Message(1, metadata: new KeyValuePair<string, string>("k", "v"))));
        Assert.False(set.Passes(DeliveryRig.Message(1)));
        Assert.False(set.Passes(DeliveryRig.Message(1, "no json", metadata: new KeyValuePair<string, string>("k", "v"))));
    }

    [Fact]
    public void A_pattern_that_runs_away_keeps_the_message_out_soon()
    {
        var set = new FilterSet([FilterReader.Read(new() { Type = "jsonpath", Path = "$.a", Matcher = "(a+)+b" })]);
        Assert.False(set.Passes(DeliveryRig.Message(1, $$"""{"a":"{{new string('a', 40)}}"}""")));
    }
}
