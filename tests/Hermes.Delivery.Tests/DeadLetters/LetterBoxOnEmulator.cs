using System.Text;
using Confluent.Kafka;
using Hermes.Delivery.DeadLetters;
using Hermes.Shared.Kafka;
using Hermes.Testing;
using Hermes.Testing.Kafka;

namespace Hermes.Delivery.Tests.DeadLetters;

/// <summary>The letter box answers for each letter once, whatever becomes of the broker and of the client under it.</summary>
public sealed class LetterBoxOnEmulator : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private EmulatorProcess _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await EmulatorProcess.LaunchAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    // The client itself would say nothing for 30 s.
    [Fact]
    public async Task A_letter_whose_client_says_nothing_fails_at_the_limit_and_the_next_client_writes()
    {
        using var box = Box(TimeSpan.FromSeconds(2));
        Assert.Null(await PostAsync(box, "first"));
        _broker.Freeze();

        var unanswered = Enumerable.Range(0, 20).Select(i => PostAsync(box, $"unanswered {i}")).ToList();
        var faults = await Task.WhenAll(unanswered).WaitAsync(Minute, TestContext.Current.CancellationToken);
        Assert.All(faults, fault => Assert.Contains("did not come within 2 s", fault, StringComparison.Ordinal));

        _broker.Thaw();
        await Until.TrueAsync(async () => await PostAsync(box, "again") is null, "letters are written again", Minute);
    }

    [Fact]
    public async Task Closing_the_box_answers_what_is_under_way()
    {
        var box = Box(TimeSpan.FromSeconds(40));
        Assert.Null(await PostAsync(box, "first"));
        await _broker.KillAsync();
        var unanswered = PostAsync(box, "unanswered");

        box.Dispose();

        Assert.NotNull(await unanswered.WaitAsync(Minute, TestContext.Current.CancellationToken));
        Assert.NotNull(await PostAsync(box, "after the end"));
    }

    private KafkaLetterBox Box(TimeSpan limit) =>
        new(new KafkaClients(new() { BootstrapServers = _broker.BootstrapServers }), new(""), new(), TimeProvider.System) { AnswerLimit = limit };

    private static Task<string?> PostAsync(KafkaLetterBox box, string body)
    {
        var answer = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        box.Post("letters", new Message<byte[]?, byte[]?> { Value = Encoding.UTF8.GetBytes(body) }, answer.SetResult); // a second answer would throw
        return answer.Task;
    }
}
