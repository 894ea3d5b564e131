using System.Collections.Immutable;
using System.Globalization;
using Hermes.KafkaEmulator.Logs;

namespace Hermes.KafkaEmulator.Topics;

/// <summary>What a topic's settings are: those given to it, else the broker's, else Kafka's defaults. Never changes.</summary>
internal sealed class TopicSettings
{
    private readonly ImmutableSortedDictionary<string, string> _broker;

    private TopicSettings(ImmutableSortedDictionary<string, string> broker, ImmutableSortedDictionary<string, string> given)
    {
        (_broker, Given) = (broker, given);
        Rules = new LogRules
        {
            MaxMessageBytes = Int(SettingDefinitions.MaxMessageBytes),
            AppendTime = this[SettingDefinitions.TimestampType] is SettingDefinitions.LogAppendTime,
            // The older setting for both directions still counts where neither of the newer says more.
            TimestampBeforeMaxMs = Math.Min(Long(SettingDefinitions.TimestampBeforeMaxMs), Long(SettingDefinitions.TimestampDifferenceMaxMs)),
            TimestampAfterMaxMs = Math.Min(Long(SettingDefinitions.TimestampAfterMaxMs), Long(SettingDefinitions.TimestampDifferenceMaxMs)),
            SegmentBytes = Int(SettingDefinitions.SegmentBytes),
            // A compacted topic keeps all: nothing is compacted here, and nothing of it may be lost either.
            RetentionMs = Deletes ? Long(SettingDefinitions.RetentionMs) : -1,
            RetentionBytes = Deletes ? Long(SettingDefinitions.RetentionBytes) : -1,
        };
    }

    /// <summary>The settings given to this topic.</summary>
    public ImmutableSortedDictionary<string, string> Given { get; }

    /// <summary>The settings as its logs obey them.</summary>
    public LogRules Rules { get; }

    /// <summary>The value in force.</summary>
    public string this[string name] => (Given.GetValueOrDefault(name) ?? _broker.GetValueOrDefault(name) ?? SettingDefinitions.Find(name)!.Default).Trim();

    /// <summary>Where a value comes from, with Kafka's numbers: 1 the topic, 4 the broker's settings, 5 Kafka's defaults.</summary>
    public sbyte SourceOf(string name) => Given.ContainsKey(name) ? (sbyte)1 : _broker.ContainsKey(name) ? (sbyte)4 : (sbyte)5;

    /// <summary>The broker's value, where it has one that differs from Kafka's default.</summary>
    public string? OfBroker(string name) => _broker.GetValueOrDefault(name);

    /// <summary>Whether old records may go, rather than only be compacted.</summary>
    public bool Deletes => SettingDefinition.Words(this[SettingDefinitions.CleanupPolicy]).Contains("delete", StringComparer.Ordinal);

    /// <summary>The settings of a broker's topics before anybody gives them any.</summary>
    public static TopicSettings Of(KafkaEmulatorOptions options)
    {
        var none = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        var largest = options.MessageMaxBytes.ToString(CultureInfo.InvariantCulture);
        var isDefault = largest == SettingDefinitions.Find(SettingDefinitions.MaxMessageBytes)!.Default;
        return new(isDefault ? none : none.Add(SettingDefinitions.MaxMessageBytes, largest), none);
    }

    /// <summary>These settings with others given to the topic.</summary>
    public TopicSettings With(ImmutableSortedDictionary<string, string> given) => new(_broker, given);

    /// <summary>What is wrong with a setting; null when nothing is.</summary>
    public static string? Fault(string name, string? value) => SettingDefinitions.Find(name) switch
    {
        null => $"Unknown topic config name: {name}",
        _ when value is null => $"Null value not supported for topic configs: {name}",
        var setting => setting.Fault(value),
    };

    private int Int(string name) => int.Parse(this[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private long Long(string name) => long.Parse(this[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
