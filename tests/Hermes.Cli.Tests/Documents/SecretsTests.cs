using System.Text.Json.Nodes;
using Hermes.Cli.Documents;

namespace Hermes.Cli.Tests.Documents;

public sealed class SecretsTests
{
    [Theory]
    [InlineData("http://user:pass@host/x", "http://user:*****@host/x")]
    [InlineData("http://user:a:b@host/x", "http://user:*****@host/x")]
    [InlineData("http://host:80/a:b@c", "http://host:80/a:b@c")]
    [InlineData("http://user@host/", "http://user@host/")]
    public void Hides_the_password_of_an_address_and_nothing_else(string address, string shown) => Assert.Equal(shown, Secrets.MaskAddress(address));

    [Fact]
    public void Hides_the_password_of_a_token_request()
    {
        var document = JsonNode.Parse("""{"oAuthPolicy":{"grantType":"password","username":"u","password":"p"}}""")!.AsObject();
        Assert.Equal("""{"oAuthPolicy":{"grantType":"password","username":"u","password":"*****"}}""", Secrets.Hide(document).ToJsonString());
        Assert.Equal("p", document["oAuthPolicy"]!["password"]!.ToString());
    }
}
