using System.Net;
using Hermes.Delivery.Networks;

namespace Hermes.Delivery.Tests.Networks;

public sealed class NetworkPolicyTests
{
    [Theory]
    [InlineData("169.254.169.254", "link-local")]
    [InlineData("169.254.0.1", "link-local")]
    [InlineData("fe80::1", "link-local")]
    [InlineData("febf::1", "link-local")]
    [InlineData("fd00:ec2::254", "metadata")]
    [InlineData("fd20:ce::254", "metadata")]
    [InlineData("100.100.100.200", "metadata")]
    [InlineData("168.63.129.16", "metadata")]
    [InlineData("::ffff:169.254.169.254", "link-local")]
    [InlineData("::169.254.169.254", "link-local")]
    [InlineData("64:ff9b::169.254.169.254", "link-local")]
    [InlineData("64:ff9b:1::169.254.169.254", "link-local")]
    [InlineData("64:ff9b:1:a9fe:a9:fe00::", "link-local")]
    [InlineData("2002:a9fe:a9fe::1", "link-local")]
    [InlineData("2001:0:a9fe:a9fe::", "link-local")]
    [InlineData("2001:0:102:304::5601:5601", "link-local")]
    [InlineData("0.0.0.0", "unspecified")]
    [InlineData("0.1.2.3", "unspecified")]
    [InlineData("::", "unspecified")]
    [InlineData("::ffff:0.0.0.0", "unspecified")]
    [InlineData("224.0.0.1", "multicast")]
    [InlineData("239.255.255.255", "multicast")]
    [InlineData("255.255.255.255", "multicast")]
    [InlineData("ff02::1", "multicast")]
    public void Some_addresses_are_never_delivered_to(string address, string rule)
    {
        var all = new NetworkPolicy(new DeliveryOptions { AllowLoopback = true, AllowedNetworks = ["0.0.0.0/0", "::/0"] });
        Assert.Equal(rule, all.RefusalOf(IPAddress.Parse(address))?.Rule);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.0.9")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    public void Loopback_takes_a_setting(string address)
    {
        Assert.Equal("loopback", new NetworkPolicy(new DeliveryOptions()).RefusalOf(IPAddress.Parse(address))?.Rule);
        Assert.Null(new NetworkPolicy(new DeliveryOptions { AllowLoopback = true }).RefusalOf(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("8.8.8.8")]
    [InlineData("169.253.255.255")]
    [InlineData("fd12:3456::1")]
    [InlineData("fec0::1")]
    [InlineData("2a00::1")]
    [InlineData("64:ff9b::10.0.0.1")]
    public void Private_and_public_networks_are_open(string address) => Assert.Null(new NetworkPolicy(new DeliveryOptions()).RefusalOf(IPAddress.Parse(address)));

    [Fact]
    public void Denied_networks_are_refused_in_every_form_though_they_be_allowed()
    {
        var policy = new NetworkPolicy(new DeliveryOptions { AllowedNetworks = ["10.0.0.0/8", "::/0"], DeniedNetworks = ["10.9.0.0/16"] });
        Assert.Null(policy.RefusalOf(IPAddress.Parse("10.8.0.1")));
        foreach (var address in new[] { "10.9.0.1", "::ffff:10.9.0.1", "64:ff9b::10.9.0.1", "2002:a09:1::" })
            Assert.Equal("denied", policy.RefusalOf(IPAddress.Parse(address))?.Rule);
    }

    [Fact]
    public void With_allowed_networks_nothing_else_is_open()
    {
        var policy = new NetworkPolicy(new DeliveryOptions { AllowedNetworks = ["10.0.0.0/8"] });
        Assert.Null(policy.RefusalOf(IPAddress.Parse("10.8.0.1")));
        Assert.Equal("not-allowed", policy.RefusalOf(IPAddress.Parse("192.168.0.1"))?.Rule);
        Assert.Equal("not-allowed", policy.RefusalOf(IPAddress.Parse("2a00::1"))?.Rule);
    }
}
