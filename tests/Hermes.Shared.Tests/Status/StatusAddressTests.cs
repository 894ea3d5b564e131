using Hermes.Shared.Status;

namespace Hermes.Shared.Tests.Status;

/// <summary>What <c>Status:Listen</c> may say.</summary>
public sealed class StatusAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:8000", "127.0.0.1:8000")]
    [InlineData("localhost:0", "127.0.0.1:0")]
    [InlineData("[::1]:8000", "[::1]:8000")]
    [InlineData("10.0.0.7:65535", "10.0.0.7:65535")]
    public void An_address_and_a_port_are_read(string text, string expected)
    {
        Assert.True(StatusAddress.TryParse(text, out var address));
        Assert.Equal(expected, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("8000")]
    [InlineData(":8000")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("::1:8000")]
    [InlineData("status.example:8000")]
    [InlineData("http://127.0.0.1:8000")]
    public void Anything_else_is_refused(string text) => Assert.False(StatusAddress.IsValid(text));

    [Fact]
    public void None_and_nothing_are_fine()
    {
        Assert.True(StatusAddress.IsValid("none"));
        Assert.True(StatusAddress.IsValid(null));
    }
}
