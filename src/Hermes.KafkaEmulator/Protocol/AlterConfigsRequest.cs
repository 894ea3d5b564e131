namespace Hermes.KafkaEmulator.Protocol;

/// <summary>The request of API key 33, versions 0-2, flexible 2. Written by hand: the schemas that the others come from do not hold it.</summary>
internal sealed record AlterConfigsRequest(List<AlterConfigsRequest.Resource> Resources, bool ValidateOnly) : IMessage<AlterConfigsRequest>
{
    public static short MessageKey => (short)ApiKey.AlterConfigs;

    public static short LowestVersion => 0;

    public static short HighestVersion => 2;

    public static short FirstFlexibleVersion => 2;

    public static AlterConfigsRequest Read(ProtocolReader reader, short version)
    {
        var flexible = version >= FirstFlexibleVersion;
        var request = new AlterConfigsRequest(reader.ReadArray(version, flexible, Resource.Read), reader.ReadBool());
        if (flexible)
            reader.SkipTags();
        return request;
    }

    public void Write(ProtocolWriter writer, short version)
    {
        var flexible = version >= FirstFlexibleVersion;
        writer.WriteArrayLength(Resources.Count, flexible);
        foreach (var resource in Resources)
            resource.Write(writer, flexible);
        writer.WriteBool(ValidateOnly);
        if (flexible)
            writer.WriteUnsignedVarint(0);
    }

    /// <summary>One resource and the settings it shall have.</summary>
    internal sealed record Resource(sbyte Kind, string Name, List<Config> Configs)
    {
        public static Resource Read(ProtocolReader reader, short version)
        {
            var flexible = version >= FirstFlexibleVersion;
            var resource = new Resource(reader.ReadInt8(), reader.ReadString(flexible), reader.ReadArray(version, flexible, Config.Read));
            if (flexible)
                reader.SkipTags();
            return resource;
        }

        public void Write(ProtocolWriter writer, bool flexible)
        {
            writer.WriteInt8(Kind);
            writer.WriteString(Name, flexible);
            writer.WriteArrayLength(Configs.Count, flexible);
            foreach (var config in Configs)
                config.Write(writer, flexible);
            if (flexible)
                writer.WriteUnsignedVarint(0);
        }
    }

    /// <summary>One setting.</summary>
    internal sealed record Config(string Name, string? Value)
    {
        public static Config Read(ProtocolReader reader, short version)
        {
            var flexible = version >= FirstFlexibleVersion;
            var config = new Config(reader.ReadString(flexible), reader.ReadNullableString(flexible));
            if (flexible)
                reader.SkipTags();
            return config;
        }

        public void Write(ProtocolWriter writer, bool flexible)
        {
            writer.WriteString(Name, flexible);
            writer.WriteNullableString(Value, flexible);
            if (flexible)
                writer.WriteUnsignedVarint(0);
        }
    }
}
