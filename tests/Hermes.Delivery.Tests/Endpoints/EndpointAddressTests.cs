using System.Text;
using Hermes.Delivery.Endpoints;

namespace Hermes.Delivery.Tests.Endpoints;

public sealed class EndpointAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:80/x", "http://127.0.0.1/x", null)]
    [InlineData("http://user:pass@host:81/basic?a=b", "http://host:81/basic?a=b", "user:pass")]
    [InlineData("https://user:p@ss@host/", "https://host/", "user:p@ss")]
    [InlineData("https://user:p%40ss@host/x@y", "https://host/x@y", "user:p%40ss")]
    [InlineData("http://host?mail=a@b", "http://host/?mail=a@b", null)]
    public void Credentials_become_a_header_and_leave_the_address(string endpoint, string address, string? credentials)
    {
        var parsed = Parse(endpoint);
        Assert.Equal(address, parsed.Fixed!.AbsoluteUri);
        Assert.Equal(credentials is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)), parsed.Authorization);
    }

    [Theory]
    [InlineData("ftp://user:secret@host/", "ftp")]
    [InlineData("jms://topic", "jms")]
    [InlineData("googlepubsub://pubsub.example:443/projects/p/topics/t", "googlepubsub")]
    [InlineData("user:secret@host", "absolute")]
    [InlineData("http://user:secret@", "valid")]
    public void What_cannot_be_served_is_refused_by_name_and_without_the_secret(string endpoint, string word)
    {
        Assert.False(EndpointAddress.TryParse(endpoint, templated: true, out _, out var fault));
        Assert.Contains(word, fault!, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault!, StringComparison.Ordinal);
    }

    [Fact]
    public void What_logs_show_has_neither_credentials_nor_query() =>
        Assert.Equal("http://host/path", Parse("http://user:secret@host/path?token=secret").Shown);

    [Theory]
    [InlineData("http://host/tmpl/{id}", """{"id":4}""", "http://host/tmpl/4")]
    [InlineData("http://host/{user.name}/x?k={k}", """{"user":{"name":"a b/c?d"},"k":"ż&"}""", "http://host/a%20b%2Fc%3Fd/x?k=%C5%BC%26")]
    public void Places_are_filled_from_the_body(string endpoint, string body, string address) =>
        Assert.Equal(address, Parse(endpoint).Template!.Resolve(Encoding.UTF8.GetBytes(body))!.AbsoluteUri);

    [Theory, InlineData("""{"x":1}"""), InlineData("""{"id":null}"""), InlineData("""{"id":".."}"""), InlineData("""{"id":""}""")]
    public void A_place_without_a_usable_value_gives_no_address(string body) =>
        Assert.Null(Parse("http://host/a/{id}/b").Template!.Resolve(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Places_are_for_anycast_only()
    {
        Assert.False(EndpointAddress.TryParse("http://host/{id}", templated: false, out _, out var fault));
        Assert.Contains("ANYCAST", fault!, StringComparison.Ordinal);
    }

    private static EndpointAddress Parse(string endpoint)
    {
        Assert.True(EndpointAddress.TryParse(endpoint, templated: true, out var address, out var fault), fault);
        return address!;
    }
}
