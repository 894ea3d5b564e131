using Hermes.Testing.Processes;
using KafkaMessages;

namespace Hermes.KafkaEmulator.Tests.Protocol;

/// <summary>The committed messages are what the generator makes of Kafka's schemas, where those are at hand.</summary>
public sealed class GeneratedMessages
{
    [Fact]
    public async Task The_committed_files_are_the_generator_s_output()
    {
        var root = Checkout.Root;
        var schemas = Environment.GetEnvironmentVariable("HERMES_KAFKA_PROTOCOL") is { Length: > 0 } given
            ? given
            : Path.Combine(root, "..", "shared", "kafka-protocol");
        Assert.SkipUnless(Directory.Exists(schemas), $"Kafka's message schemas are not at hand: there is no {schemas}, and HERMES_KAFKA_PROTOCOL names no other.");
        var folder = Path.Combine(root, "src", "Hermes.KafkaEmulator", "Protocol", "Messages");
        var committed = Directory.EnumerateFiles(folder, "*.cs").Select(Path.GetFileName).Order(StringComparer.Ordinal);

        var generated = MessageFiles.From(schemas);

        Assert.Equal(generated.Select(file => file.Name), committed);
        foreach (var (name, text) in generated)
            Assert.Equal(text, await File.ReadAllTextAsync(Path.Combine(folder, name)));
    }
}
