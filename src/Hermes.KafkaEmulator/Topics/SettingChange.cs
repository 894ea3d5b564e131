using System.Collections.Immutable;
using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Topics;

/// <summary>One change to one setting of a topic.</summary>
/// <param name="Operation">What to do, with Kafka's numbers: 0 set, 1 delete, 2 append to a list, 3 subtract from a list.</param>
/// <param name="Name">The setting.</param>
/// <param name="Value">The value; unused by delete.</param>
internal readonly record struct SettingChange(sbyte Operation, string Name, string? Value)
{
    public const sbyte Set = 0;
    public const sbyte Delete = 1;

    private const sbyte Append = 2;
    private const sbyte Subtract = 3;

    /// <summary>Gives the settings with this change made.</summary>
    /// <param name="given">The settings given to the topic before.</param>
    /// <exception cref="TopicRefusedException">Kafka would not make the change.</exception>
    public ImmutableSortedDictionary<string, string> ApplyTo(ImmutableSortedDictionary<string, string> given)
    {
        if (Operation == Delete)
            return given.Remove(Name);
        if (Value is null)
            throw new TopicRefusedException(KafkaError.InvalidRequest, $"Null value not supported for : {Name}");
        var value = Operation switch
        {
            Set => Value,
            Append => string.Join(',', Listed(given).Union(SettingDefinition.Words(Value), StringComparer.Ordinal)),
            Subtract => string.Join(',', Listed(given).Except(SettingDefinition.Words(Value), StringComparer.Ordinal)),
            _ => throw new TopicRefusedException(KafkaError.InvalidRequest, $"Unknown operation type {Operation} is set for : {Name}"),
        };
        return TopicSettings.Fault(Name, value) is { } fault
            ? throw new TopicRefusedException(KafkaError.InvalidConfig, fault)
            : given.SetItem(Name, value);
    }

    private IEnumerable<string> Listed(ImmutableSortedDictionary<string, string> given) => SettingDefinitions.Find(Name) switch
    {
        null => throw new TopicRefusedException(KafkaError.InvalidConfig, $"Unknown topic config name: {Name}"),
        { Kind: SettingKind.List } setting => SettingDefinition.Words(given.GetValueOrDefault(Name) ?? setting.Default),
        _ => throw new TopicRefusedException(KafkaError.InvalidConfig, $"Appending and subtracting are not allowed for {Name}, which is not a list."),
    };
}
