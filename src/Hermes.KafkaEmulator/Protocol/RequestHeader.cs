namespace Hermes.KafkaEmulator.Protocol;

/// <summary>What stands before every request.</summary>
internal readonly record struct RequestHeader(ApiKey Key, short Version, int CorrelationId, string? ClientId)
{
    /// <summary>Reads the part that has one form in every version.</summary>
    public static RequestHeader Read(ProtocolReader reader)
    {
        var key = (ApiKey)reader.ReadInt16();
        var version = reader.ReadInt16();
        var correlation = reader.ReadInt32();
        return new RequestHeader(key, version, correlation, ClientId: null);
    }

    /// <summary>Reads the client's name, short in every version, and the tagged fields of flexible requests.</summary>
    public RequestHeader ReadRest(ProtocolReader reader, bool flexible)
    {
        var client = reader.ReadNullableString(flexible: false);
        if (flexible)
            reader.SkipTags();
        return this with { ClientId = client };
    }
}
