using System.Text.Json;
using Hermes.Delivery.Tests.Recorded;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.Tests;

public sealed class SupportTests
{
    [Theory]
    [InlineData("""{"deliveryType":"STREAM"}""", "STREAM")]
    [InlineData("""{"deliveryType":"BATCH","contentType":"AVRO"}""", "AVRO")]
    [InlineData("""{"contentType":"XML"}""", "XML")]
    [InlineData("""{"deliveryType":"BATCH","endpoint":"http://host/{id}"}""", "places")]
    [InlineData("""{"deliveryType":"BATCH","headers":[{"name":"Content-Length","value":"1"}]}""", "Content-Length")]
    [InlineData("""{"deliveryType":"BATCH","headers":[{"name":"X","value":"a\r\nb"}]}""", "header X")]
    [InlineData("""{"endpointAddressResolverMetadata":{"hermesWorkers":{"batch":{"split":true}}}}""", "hermesWorkers.batch")]
    [InlineData("""{"deliveryType":"BATCH","endpointAddressResolverMetadata":{"hermesWorkers":{"batch":{"halve":true}}}}""", "batch")]
    [InlineData("""{"deliveryType":"BATCH","endpointAddressResolverMetadata":{"hermesWorkers":{"everyAddress":true}}}""", "everyAddress")]
    [InlineData("""{"endpointAddressResolverMetadata":{"hermesWorkers":{"maxAttempts":0}}}""", "hermesWorkers.maxAttempts must be 1 or more, but is 0")]
    [InlineData("""{"endpointAddressResolverMetadata":{"hermesWorkers":{"deadLetter":{"topic":"shop.orders"}}}}""", "hermesWorkers.deadLetter.topic must hold no dot")]
    [InlineData("""{"endpointAddressResolverMetadata":{"hermesWorkers":{"deadLetter":{"to":"x"}}}}""", "deadLetter")]
    [InlineData("""{"mode":"MULTICAST"}""", "MULTICAST")]
    [InlineData("""{"mode":"BROADCAST","endpoint":"http://host/{id}"}""", "ANYCAST")]
    [InlineData("""{"endpoint":"jms://queue"}""", "jms")]
    [InlineData("""{"oAuthPolicy":{"grantType":"implicit","providerName":"idp","password":"s3cret"}}""", "oAuthPolicy.grantType")]
    [InlineData("""{"oAuthPolicy":{"grantType":"password","username":"u","password":"s3cret"}}""", "oAuthPolicy")]
    [InlineData("""{"oAuthPolicy":["s3cret"]}""", "oAuthPolicy")]
    [InlineData("""{"endpointAddressResolverMetadata":{"hermesWorkers":{"signing":{"secrets":[]}}}}""", "signing.secrets")]
    [InlineData("""{"endpointAddressResolverMetadata":{"hermesWorkers":{"signing":{"secret":"s3cret"}}}}""", "signing")]
    [InlineData("""{"endpointAddressResolverMetadata":{"hermesWorkers":{"endpoints":["http://a"]}}}""", "BROADCAST only")]
    [InlineData("""{"mode":"BROADCAST","endpointAddressResolverMetadata":{"hermesWorkers":{"endpoints":["jms://a"]}}}""", "jms")]
    [InlineData("""{"mode":"BROADCAST","endpointAddressResolverMetadata":{"hermesWorkers":{"endpoints":["http://u:s3cret@a"]}}}""", "credentials")]
    [InlineData("""{"mode":"BROADCAST","endpointAddressResolverMetadata":{"hermesWorkers":{"endpoints":["https://a"]}}}""", "http or https")]
    [InlineData("""{"filters":[{"type":"avropath","path":"a","matcher":"b"}]}""", "avropath")]
    [InlineData("""{"filters":[{"type":"header","matcher":"b"}]}""", "header is missing")]
    [InlineData("""{"filters":[{"type":"header","header":"h","matcher":"("}]}""", "filter 1")]
    [InlineData("""{"filters":[{"type":"jsonpath","path":"$.a[?(","matcher":"b"}]}""", "filter 1")]
    [InlineData("""{"filters":[{"type":"jsonpath","path":"$.a","matcher":"b","matchingStrategy":"some"}]}""", "some")]
    public void What_is_not_served_is_refused_by_name(string members, string word)
    {
        var reason = Support.Check(Document(members), Recording.Topic)!;
        Assert.Contains(word, reason, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_recorded_OAuth_subscription_asks_its_provider()
    {
        var plan = DeliveryPlanCompiler.TryCompile(Recording.Subscription("oauth"), Recording.Topic, new DeliveryOptions(), out _)!;
        Assert.Equal(new("idp", "client_credentials", "x", Username: null, Password: null), plan.OAuth);
        Assert.True(plan.RetryUnauthorized);
    }

    [Fact]
    public void What_is_asked_for_on_the_way_to_the_endpoint_is_read()
    {
        const string Members = """
            {"mode":"BROADCAST","endpoint":"http://user:word@host/x","profilingEnabled":true,"profilingThresholdMs":250,
             "oAuthPolicy":{"grantType":"password","providerName":"idp","username":"u","password":"p"},
             "endpointAddressResolverMetadata":{"hermesWorkers":{"signing":{"secrets":["a","b"]},"endpoints":["http://a/","http://b/"],"everyAddress":false}}}
            """;
        var plan = DeliveryPlanCompiler.TryCompile(Document(Members), Recording.Topic, new DeliveryOptions(), out _)!;
        Assert.Null(plan.OAuth); // the endpoint's own credentials win
        Assert.True(plan.RetryUnauthorized);
        Assert.Equal(["a", "b"], plan.Signing!);
        Assert.NotNull(plan.Broadcast);
        Assert.Equal(TimeSpan.FromMilliseconds(250), plan.SlowFrom);
    }

    [Fact]
    public void Topics_of_what_nobody_knows_are_refused() =>
        Assert.Contains("XML", Support.Check(Document("{}"), Recording.Topic with { ContentType = "XML" })!, StringComparison.Ordinal);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"contentType":"AVRO"}""")]
    [InlineData("""{"deliveryType":"BATCH"}""")]
    [InlineData("""{"filters":[{"type":"avropath","path":"a","matcher":"b"}]}""")]
    public void Topics_of_Avro_are_served(string members) => Assert.Null(Support.Check(Document(members), Recording.Topic with { ContentType = "AVRO" }));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"mode":"BROADCAST"}""")]
    [InlineData("""{"filters":[{"type":"jsonpath","path":"$.a","matcher":"b","matchingStrategy":"ANY"},{"type":"header","header":"h","matcher":".*"}]}""")]
    [InlineData("""{"oAuthPolicy":null,"http2Enabled":false}""")]
    [InlineData("""{"http2Enabled":true}""")]
    [InlineData("""{"deliveryType":"BATCH"}""")]
    [InlineData("""{"deliveryType":"BATCH","mode":"BROADCAST","http2Enabled":true,"oAuthPolicy":{"grantType":"clientCredentials","providerName":"p"}}""")]
    [InlineData("""{"deliveryType":"BATCH","endpointAddressResolverMetadata":{"hermesWorkers":{"batch":{"split":true}}}}""")]
    public void What_is_served_is_not_refused(string members) => Assert.Null(Support.Check(Document(members), Recording.Topic));

    [Fact]
    public void What_a_document_leaves_out_has_the_defaults_of_Hermes()
    {
        var plan = DeliveryPlanCompiler.TryCompile(Document("{}"), Recording.Topic, new DeliveryOptions(), out _)!;
        Assert.Equal(400, plan.Rate);
        Assert.Equal(100, plan.Window);
        Assert.Equal(TimeSpan.FromSeconds(1), plan.AttemptTimeout);
        Assert.Equal(TimeSpan.Zero, plan.SendingDelay);
        Assert.False(plan.RetryClientErrors);
        Assert.Equal(new(TimeSpan.FromMilliseconds(100), 1, TimeSpan.FromSeconds(600), TimeSpan.FromHours(1)), plan.Backoff);
    }

    [Fact]
    public void A_document_sets_each_figure_in_its_own_unit()
    {
        var plan = DeliveryPlanCompiler.TryCompile(
            Document("""
                {"subscriptionPolicy":{"rate":7,"messageTtl":60,"messageBackoff":200,"requestTimeout":3000,"socketTimeout":500,"inflightSize":9,
                "sendingDelay":40,"backoffMultiplier":2.5,"backoffMaxIntervalInSec":30,"retryClientErrors":true}}
                """),
            Recording.Topic, new DeliveryOptions(), out _)!;
        Assert.Equal(7, plan.Rate);
        Assert.Equal(9, plan.Window);
        Assert.Equal(TimeSpan.FromMilliseconds(500), plan.AttemptTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(40), plan.SendingDelay);
        Assert.True(plan.RetryClientErrors);
        Assert.Equal(new(TimeSpan.FromMilliseconds(200), 2.5, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1)), plan.Backoff);
    }

    [Theory]
    [InlineData("https://host/x", true, false, "Http2", false)]
    [InlineData("http://host/x", true, false, "Http1", true)]
    [InlineData("http://host/x", true, true, "Http2PriorKnowledge", false)]
    [InlineData("https://host/x", false, false, "Http1", true)]
    public void HTTP_2_is_chosen_where_it_can_be_spoken(string endpoint, bool switchedOn, bool priorKnowledge, string protocol, bool fellBack)
    {
        var options = new DeliveryOptions { Http2 = switchedOn, Http2PriorKnowledge = priorKnowledge };
        var plan = DeliveryPlanCompiler.TryCompile(Document("""{"http2Enabled":true,"endpoint":"ENDPOINT"}""".Replace("ENDPOINT", endpoint, StringComparison.Ordinal)), Recording.Topic, options, out _)!;
        Assert.Equal(protocol, plan.Protocol.ToString());
        Assert.Equal(fellBack, plan.FellBackToHttp1);
        Assert.Equal(Delivery.Sending.HttpProtocol.Http1, DeliveryPlanCompiler.TryCompile(Document("{}"), Recording.Topic, options, out _)!.Protocol);
    }

    /// <summary>A small subscription with some members changed.</summary>
    private static SubscriptionDocument Document(string members)
    {
        var document = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var text in new[] { """{"topicName":"bench.rec","name":"plain","endpoint":"http://host/x"}""", members })
            foreach (var member in JsonDocument.Parse(text).RootElement.EnumerateObject())
                document[member.Name] = member.Value;
        return JsonSerializer.Deserialize(JsonSerializer.Serialize(document), DocumentJson.Instance.SubscriptionDocument)!;
    }
}
