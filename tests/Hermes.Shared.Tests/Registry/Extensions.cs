using System.Text;
using System.Text.Json;
using Hermes.Shared.Registry;

namespace Hermes.Shared.Tests.Registry;

public sealed class Extensions
{
    [Fact]
    public void A_subscription_without_any_asks_for_nothing()
    {
        Assert.True(SubscriptionExtensions.TryRead(Subscription("""{"other":1}"""), out var extensions, out _));
        Assert.Equal(new SubscriptionExtensions(), extensions);
    }

    [Theory]
    [InlineData("""{"hermesWorkers":{"unheardOf":"s3cret"}}""")]
    [InlineData("""{"hermesWorkers":null}""")]
    [InlineData("""{"hermesWorkers":[]}""")]
    public void What_cannot_be_read_is_named_without_its_value(string metadata)
    {
        Assert.False(SubscriptionExtensions.TryRead(Subscription(metadata), out _, out var fault));
        Assert.Contains("hermesWorkers", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", fault, StringComparison.Ordinal);
    }

    private static SubscriptionDocument Subscription(string metadata) => JsonSerializer.Deserialize(
        Encoding.UTF8.GetBytes($$"""{"topicName":"g.t","name":"s","endpoint":"http://e","endpointAddressResolverMetadata":{{metadata}}}"""),
        DocumentJson.Instance.SubscriptionDocument)!;
}
