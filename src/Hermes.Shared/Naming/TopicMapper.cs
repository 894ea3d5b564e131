namespace Hermes.Shared.Naming;

/// <summary>Hermes's rules for the names of Kafka topics.</summary>
public enum TopicMapper
{
    /// <summary>The qualified name.</summary>
    Default,

    /// <summary>Avro topics carry the suffix <c>_avro</c>; what was JSON before keeps the plain name and is read too.</summary>
    JsonToAvroMigration,
}
