using Confluent.Kafka;

namespace Hermes.Shared.Kafka.Wire;

/// <summary>A request about several groups, and its answer.</summary>
/// <typeparam name="T">What is answered for one group.</typeparam>
internal abstract class GroupCall<T>
{
    /// <summary>Kafka's number for the request.</summary>
    public abstract short ApiKey { get; }

    /// <summary>The version that is spoken.</summary>
    public abstract short Version { get; }

    /// <summary>Writes the fields of the request, in their order.</summary>
    public abstract void Write(WireWriter writer, IReadOnlyCollection<string> groups);

    /// <summary>Reads the fields of the answer, in their order.</summary>
    public abstract IReadOnlyList<(string Group, ErrorCode Error, T Found)> Read(WireReader reader);
}
