using System.Security.Cryptography;
using System.Text;
using Hermes.Delivery.Signing;
using Hermes.Delivery.Tests.Batches;
using Hermes.Testing;
using Hermes.Testing.Processes;

namespace Hermes.Delivery.Tests.Signing;

/// <summary>Standard Webhooks, checked as a subscriber would.</summary>
public sealed class SignedDelivery : IDisposable
{
    private const string First = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Second = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_published_example_has_the_published_signature()
    {
        Assert.Null(SigningSecret.TryRead(First, out var keys));
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", """{"test": 2432232314}"""u8, keys));
    }

    [Theory]
    [InlineData("", "no secret")]
    [InlineData("whsec_!!", "no base64")]
    [InlineData("whsec_AAEC", "has 3 bytes")]
    public void A_secret_that_cannot_be_used_is_refused_without_its_value(string text, string reason) =>
        Assert.Contains(reason, SigningSecret.TryRead(text, out _)!, StringComparison.Ordinal);

    [Fact]
    public async Task Each_attempt_is_signed_with_its_own_time()
    {
        await using var rig = await DeliveryRig.StartAsync(options: Secrets(("shop", First)));
        rig.Endpoint.Script(503);
        rig.Open(rig.Plan(signing: ["shop"], backoff: DeliveryRig.Backoff(1100))).TryAccept(DeliveryRig.Message(7, "żółć"));
        var requests = await rig.Endpoint.WhenReceivedAsync(2);
        Assert.All(requests, request =>
        {
            Assert.Equal("id-7", request.Header("webhook-id"));
            Assert.Equal(Expected(request, First), request.Header("webhook-signature"));
        });
        var times = requests.Select(request => long.Parse(request.Header("webhook-timestamp")!, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.True(times[1] > times[0], "the second attempt has a later time");
    }

    [Fact]
    public async Task While_secrets_are_rotated_each_signs_and_a_changed_file_counts_at_once()
    {
        var file = _folder.File("secret");
        await File.WriteAllTextAsync(file, First + "\n", TestContext.Current.CancellationToken);
        var options = new DeliveryOptions
        {
            SigningSecretFiles = new Dictionary<string, string>(StringComparer.Ordinal) { ["shop"] = file },
            FileLookInterval = TimeSpan.FromMilliseconds(50),
        };
        await using var rig = await DeliveryRig.StartAsync(options: options);
        var delivery = rig.Open(rig.Plan(signing: ["shop"]));
        delivery.TryAccept(DeliveryRig.Message(1));
        await rig.Settlements.WhenAsync(1);
        await File.WriteAllTextAsync(file, $"{Second}\n{First}\n", TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => rig.Log.GetSnapshot().Any(line => line.Message.Contains("signed with what is in them now", StringComparison.Ordinal)), "the file is read again");
        delivery.TryAccept(DeliveryRig.Message(2));
        await rig.Settlements.WhenAsync(2);
        await File.WriteAllTextAsync(file, "garbage", TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => rig.Log.GetSnapshot().Any(line => line.Message.Contains("stays in use", StringComparison.Ordinal)), "the broken file is named");
        delivery.TryAccept(DeliveryRig.Message(3));
        await rig.Settlements.WhenAsync(3);
        var requests = rig.Endpoint.Requests;
        Assert.Equal(Expected(requests[0], First), requests[0].Header("webhook-signature"));
        Assert.Equal($"{Expected(requests[1], Second)} {Expected(requests[1], First)}", requests[1].Header("webhook-signature"));
        Assert.Equal($"{Expected(requests[2], Second)} {Expected(requests[2], First)}", requests[2].Header("webhook-signature"));
        Assert.DoesNotContain(rig.Log.GetSnapshot(), line => line.Message.Contains("whsec", StringComparison.Ordinal) || line.Message.Contains("garbage", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Several_secrets_of_a_subscription_sign_in_their_order()
    {
        await using var rig = await DeliveryRig.StartAsync(options: Secrets(("new", Second), ("old", First)));
        rig.Open(rig.Plan(signing: ["new", "old"])).TryAccept(DeliveryRig.Message(1));
        var request = (await rig.Endpoint.WhenReceivedAsync(1))[0];
        Assert.Equal($"{Expected(request, Second)} {Expected(request, First)}", request.Header("webhook-signature"));
    }

    [Fact]
    public async Task A_batch_is_signed_under_its_own_id()
    {
        await using var rig = await DeliveryRig.StartAsync(options: Secrets(("shop", First)));
        await rig.OpenBatches(rig.BatchPlan(size: 2, signing: ["shop"])).AcceptAsync(1, 2);
        var request = (await rig.Endpoint.WhenReceivedAsync(1))[0];
        Assert.Equal(request.BatchId(), request.Header("webhook-id"));
        Assert.Equal(Expected(request, First), request.Header("webhook-signature"));
    }

    [Theory]
    [InlineData("unknown", "X-Other", "the signing secret 'unknown' is not among this worker's settings")]
    [InlineData("shop", "Webhook-Signature", "the header Webhook-Signature")]
    public async Task What_cannot_be_signed_is_not_sent(string secret, string header, string reason)
    {
        await using var rig = await DeliveryRig.StartAsync(options: Secrets(("shop", First)));
        rig.Open(rig.Plan(signing: [secret], backoff: DeliveryRig.Backoff(1, ttlSeconds: 0)))
            .TryAccept(DeliveryRig.Message(1, metadata: new KeyValuePair<string, string>(header, "v1,forged")));
        Assert.Contains(reason, (await rig.Settlements.WhenAsync(1))[0].Settlement.Reason!, StringComparison.Ordinal);
        Assert.Empty(rig.Endpoint.Requests);
    }

    private static DeliveryOptions Secrets(params (string Name, string Secret)[] secrets) =>
        new() { SigningSecrets = secrets.ToDictionary(secret => secret.Name, secret => secret.Secret, StringComparer.Ordinal) };

    private static string Expected(Testing.Http.ReceivedRequest request, string secret)
    {
        var content = Encoding.UTF8.GetBytes($"{request.Header("webhook-id")}.{request.Header("webhook-timestamp")}.{request.Text}");
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), content));
    }
}
