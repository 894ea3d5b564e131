using System.Globalization;

namespace Hermes.KafkaEmulator.Topics;

/// <summary>One setting that a topic may have.</summary>
/// <param name="Name">Its name in Kafka.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Default">The value it has when nobody sets it.</param>
/// <param name="Lowest">The lowest number allowed.</param>
/// <param name="Choices">The words allowed; null allows any.</param>
/// <param name="Highest">The highest number allowed.</param>
internal sealed record SettingDefinition(
    string Name, SettingKind Kind, string Default, double Lowest = double.MinValue, string[]? Choices = null, double Highest = double.MaxValue)
{
    /// <summary>The name of the broker's setting that is its default.</summary>
    public string BrokerName => Name is SettingDefinitions.MaxMessageBytes ? "message.max.bytes" : Name is "min.insync.replicas" or "compression.type" ? Name : "log." + Name;

    /// <summary>What is wrong with a value; null when nothing is.</summary>
    public string? Fault(string value) => Kind switch
    {
        SettingKind.Boolean when !bool.TryParse(value.Trim(), out _) => Invalid(value, "Expected value to be either true or false"),
        SettingKind.Int => Number(value, int.TryParse(value.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number), number, "INT"),
        SettingKind.Long => Number(value, long.TryParse(value.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number), number, "LONG"),
        SettingKind.Double => Number(value, double.TryParse(value.Trim(), CultureInfo.InvariantCulture, out var number), number, "DOUBLE"),
        SettingKind.String when Choices is not null && !Choices.Contains(value.Trim(), StringComparer.Ordinal) => NotAChoice(value),
        SettingKind.List when Choices is not null && Words(value).Except(Choices, StringComparer.Ordinal).Any() => NotAChoice(value),
        _ => null,
    };

    /// <summary>The words of a list.</summary>
    public static IEnumerable<string> Words(string value) =>
        value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private string? Number(string value, bool parsed, double number, string type) =>
        !parsed ? Invalid(value, $"Not a number of type {type}")
        : number < Lowest ? Invalid(value, $"Value must be at least {Lowest.ToString(CultureInfo.InvariantCulture)}")
        : number > Highest ? Invalid(value, $"Value must be no more than {Highest.ToString(CultureInfo.InvariantCulture)}")
        : null;

    private string NotAChoice(string value) => Invalid(value, $"String must be one of: {string.Join(", ", Choices!)}");

    private string Invalid(string value, string reason) => $"Invalid value {value} for configuration {Name}: {reason}";
}
