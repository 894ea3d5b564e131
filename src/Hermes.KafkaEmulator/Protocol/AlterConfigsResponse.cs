namespace Hermes.KafkaEmulator.Protocol;

/// <summary>The response of API key 33, versions 0-2, flexible 2. Written by hand, as its request is.</summary>
internal sealed record AlterConfigsResponse(List<AlterConfigsResponse.ResourceResponse> Responses) : IMessage<AlterConfigsResponse>
{
    public static short MessageKey => (short)ApiKey.AlterConfigs;

    public static short LowestVersion => 0;

    public static short HighestVersion => 2;

    public static short FirstFlexibleVersion => 2;

    public static AlterConfigsResponse Read(ProtocolReader reader, short version)
    {
        var flexible = version >= FirstFlexibleVersion;
        reader.ReadInt32(); // the time by which a client is throttled, always 0 here
        var response = new AlterConfigsResponse(reader.ReadArray(version, flexible, ResourceResponse.Read));
        if (flexible)
            reader.SkipTags();
        return response;
    }

    public void Write(ProtocolWriter writer, short version)
    {
        var flexible = version >= FirstFlexibleVersion;
        writer.WriteInt32(0);
        writer.WriteArrayLength(Responses.Count, flexible);
        foreach (var response in Responses)
            response.Write(writer, flexible);
        if (flexible)
            writer.WriteUnsignedVarint(0);
    }

    /// <summary>What became of one resource.</summary>
    internal sealed record ResourceResponse(KafkaError Error, string? Reason, sbyte Kind, string Name)
    {
        public static ResourceResponse Read(ProtocolReader reader, short version)
        {
            var flexible = version >= FirstFlexibleVersion;
            var response = new ResourceResponse(
                (KafkaError)reader.ReadInt16(), reader.ReadNullableString(flexible), reader.ReadInt8(), reader.ReadString(flexible));
            if (flexible)
                reader.SkipTags();
            return response;
        }

        public void Write(ProtocolWriter writer, bool flexible)
        {
            writer.WriteInt16((short)Error);
            writer.WriteNullableString(Reason, flexible);
            writer.WriteInt8(Kind);
            writer.WriteString(Name, flexible);
            if (flexible)
                writer.WriteUnsignedVarint(0);
        }
    }
}
