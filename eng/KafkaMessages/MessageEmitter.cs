using System.Globalization;
using System.Text;

namespace KafkaMessages;

/// <summary>Writes one message as a C# class with its structs nested in it.</summary>
internal sealed class MessageEmitter(Schema schema, StringBuilder text)
{
    private int _indent;

    public void Emit()
    {
        Line("");
        Line($"/// <summary>{Title()}</summary>");
        Line($"internal sealed class {schema.Name} : IMessage<{schema.Name}>");
        Open();
        Line($"public static short MessageKey => {schema.ApiKey};");
        Line($"public static short LowestVersion => {schema.Versions.Lowest};");
        Line($"public static short HighestVersion => {schema.Versions.Highest};");
        Line($"public static short FirstFlexibleVersion => {(schema.Flexible.IsEmpty ? "short.MaxValue" : schema.Flexible.Lowest)};");
        Body(schema.Name, schema.Versions, schema.Fields);
        foreach (var part in schema.Structs)
        {
            Line("");
            Line($"internal sealed class {TypeName(part.Name)}");
            Open();
            Body(TypeName(part.Name), part.Versions, part.Fields);
            Close();
        }

        Close();
    }

    private string Title() => schema.ApiKey < 0
        ? $"Data carried inside other messages, versions {schema.Versions}."
        : $"The {schema.Kind} of API key {schema.ApiKey}, versions {schema.Versions}, flexible {schema.Flexible}.";

    private void Body(string type, VersionRange around, IReadOnlyList<Field> fields)
    {
        foreach (var field in fields)
        {
            if (text[^2] is not '{')
                Line("");
            Line($"/// <summary>Versions {field.Versions}{(field.IsNullable ? $", nullable {field.Nullable}" : "")}{(field.Tag >= 0 ? $", tag {field.Tag}" : "")}.</summary>");
            Line($"public {CSharp(field)} {field.Name} {{ get; set; }}{Initializer(field)}");
        }

        if (schema.Structs.Any(s => string.Equals(TypeName(s.Name), type, StringComparison.Ordinal)) && IsTaggedStruct(type))
        {
            Line("");
            Line("/// <summary>Whether every field has its default, so that a tagged field of this type is left out.</summary>");
            Line($"public bool IsDefault => !({string.Join(" || ", fields.Select(f => NotDefault(f, f.Name)))});");
        }

        Read(type, around, fields);
        Write(around, fields);
    }

    private bool IsTaggedStruct(string type) =>
        schema.Fields.Concat(schema.Structs.SelectMany(s => s.Fields))
            .Any(f => f is { IsStruct: true, IsArray: false, IsNullable: false } && string.Equals(TypeName(f.Element), type, StringComparison.Ordinal));

    private void Read(string type, VersionRange around, IReadOnlyList<Field> fields)
    {
        Line("");
        Line($"public static {type} Read(ProtocolReader reader, short version)");
        Open();
        Line($"var message = new {type}();");
        FlexibleLocal(around, fields);
        foreach (var field in fields.Where(f => !f.Tagged.Covers(f.Versions) || f.Tagged.IsEmpty))
            If(field.Versions.Condition(around), () => Line($"message.{field.Name} = {ReadExpression(field)};"));
        ReadTags(around, fields);
        Line("return message;");
        Close();
    }

    private void ReadTags(VersionRange around, IReadOnlyList<Field> fields)
    {
        var tagged = fields.Where(f => !f.Tagged.IsEmpty).ToArray();
        if (schema.Flexible.Intersect(around).IsEmpty)
            return;
        If(schema.Flexible.Condition(around), () =>
        {
            if (tagged.Length == 0)
            {
                Line("reader.SkipTags();");
                return;
            }

            Line("for (var tags = reader.ReadUnsignedVarint(); tags > 0; tags--)");
            Open();
            Line("var tag = reader.ReadUnsignedVarint();");
            Line("var size = reader.ReadUnsignedVarint();");
            Line("switch (tag)");
            Open();
            foreach (var field in tagged)
            {
                var condition = field.Tagged.Condition(schema.Flexible.Intersect(around));
                Line($"case {field.Tag}{(condition is "true" ? "" : $" when {condition}")}:");
                Line($"    message.{field.Name} = {ReadExpression(field)};");
                Line("    break;");
            }

            Line("default:");
            Line("    reader.Skip(size);");
            Line("    break;");
            Close();
            Close();
        });
    }

    private void Write(VersionRange around, IReadOnlyList<Field> fields)
    {
        Line("");
        Line("public void Write(ProtocolWriter writer, short version)");
        Open();
        FlexibleLocal(around, fields);
        foreach (var field in fields)
        {
            var plain = field.Tagged.IsEmpty;
            var condition = field.Versions.Condition(around);
            if (plain)
                If(condition, () => WriteField(field));
            // As in Kafka: a value that this version cannot carry is a fault of the caller, unless the schema calls it ignorable.
            if (!field.Ignorable && condition is not "true")
            {
                Line($"{(plain ? "else " : "")}if ({(plain ? "" : $"!({condition}) && ")}{NotDefault(field, field.Name)})");
                Line($"    throw ProtocolWriter.NotInVersion(nameof({field.Name}), version);");
            }
        }

        WriteTags(around, fields);
        Close();
    }

    private void WriteTags(VersionRange around, IReadOnlyList<Field> fields)
    {
        var tagged = fields.Where(f => !f.Tagged.IsEmpty).OrderBy(f => f.Tag).ToArray();
        var flexible = schema.Flexible.Intersect(around);
        if (flexible.IsEmpty)
            return;
        If(schema.Flexible.Condition(around), () =>
        {
            if (tagged.Length == 0)
            {
                Line("writer.WriteUnsignedVarint(0);");
                return;
            }

            string Present(Field field)
            {
                var condition = field.Tagged.Condition(flexible);
                return condition is "true" ? NotDefault(field, field.Name) : $"{condition} && {NotDefault(field, field.Name)}";
            }

            Line("var tags = 0;");
            foreach (var field in tagged)
            {
                Line($"if ({Present(field)})");
                Line("    tags++;");
            }

            Line("writer.WriteUnsignedVarint(tags);");
            foreach (var field in tagged)
            {
                Line($"if ({Present(field)})");
                Open();
                Line($"var start = writer.BeginTag({field.Tag});");
                WriteField(field);
                Line("writer.EndTag(start);");
                Close();
            }
        });
    }

    // Lengths are what flexible versions write differently.
    private void FlexibleLocal(VersionRange around, IReadOnlyList<Field> fields)
    {
        if (fields.Any(f => f.IsArray || f.Type is "string" or "bytes" or "records"))
            Line($"var flexible = {schema.Flexible.Condition(around)};");
    }

    private string ReadExpression(Field field)
    {
        var condition = field.Nullable.Condition(field.Versions);
        return condition switch
        {
            "false" => ReadCall(field, nullable: false),
            "true" => ReadCall(field, nullable: true),
            _ => $"{condition} ? {ReadCall(field, nullable: true)} : {ReadCall(field, nullable: false)}",
        };
    }

    private string ReadCall(Field field, bool nullable)
    {
        var prefix = nullable ? "Nullable" : "";
        if (field.IsArray)
            return field.IsStruct
                ? $"reader.Read{prefix}Array(version, flexible, {TypeName(field.Element)}.Read)"
                : $"reader.Read{prefix}{Pascal(field.Element)}Array(flexible)";
        if (field.IsStruct)
            return nullable ? $"reader.ReadNullableStruct(version, {TypeName(field.Element)}.Read)" : $"{TypeName(field.Element)}.Read(reader, version)";
        if (IsErrorCode(field))
            return "(KafkaError)reader.ReadInt16()";
        return field.Type is "string" or "bytes" or "records"
            ? $"reader.Read{prefix}{Pascal(field.Type)}(flexible)"
            : $"reader.Read{Pascal(field.Type)}()";
    }

    private void WriteField(Field field)
    {
        var value = field.Name;
        var condition = field.Nullable.Condition(field.Versions);
        // Where only some versions may carry null, the others refuse it.
        if (field.IsNullable && condition is not "true")
        {
            Line($"if ({value} is null && !({condition}))");
            Line($"    throw ProtocolWriter.NotInVersion(nameof({field.Name}), version);");
        }

        var prefix = field.IsNullable ? "Nullable" : "";
        if (field.IsArray && field.IsStruct)
        {
            Line(field.IsNullable ? $"writer.WriteArrayLength({value}?.Count ?? -1, flexible);" : $"writer.WriteArrayLength({value}.Count, flexible);");
            Line($"foreach (var item in {value}{(field.IsNullable ? " ?? []" : "")})");
            Line("    item.Write(writer, version);");
        }
        else if (field.IsArray)
            Line($"writer.Write{Pascal(field.Element)}Array({value}, flexible);");
        else if (field.IsStruct)
        {
            if (field.IsNullable)
                Line($"writer.WriteInt8((sbyte)({value} is null ? -1 : 1));");
            Line($"{value}{(field.IsNullable ? "?" : "")}.Write(writer, version);");
        }
        else if (IsErrorCode(field))
            Line($"writer.WriteInt16((short){value});");
        else if (field.Type is "string" or "bytes" or "records")
            Line($"writer.Write{prefix}{Pascal(field.Type)}({value}, flexible);");
        else
            Line($"writer.Write{Pascal(field.Type)}({value});");
    }

    private string CSharp(Field field)
    {
        var element = field.IsStruct ? TypeName(field.Element) : IsErrorCode(field) ? "KafkaError" : field.Element switch
        {
            "bool" => "bool",
            "int8" => "sbyte",
            "int16" => "short",
            "int32" => "int",
            "int64" => "long",
            "string" => "string",
            "uuid" => "Guid",
            "bytes" => "byte[]",
            "records" => "ReadOnlyMemory<byte>",
            _ => throw new NotSupportedException($"{schema.Name}.{field.Name} has the type {field.Type}, which no schema had when this was written."),
        };
        return (field.IsArray ? $"List<{element}>" : element) + (field.IsNullable ? "?" : "");
    }

    private static string Initializer(Field field)
    {
        if (field.Default is "null")
            return "";
        if (field.IsArray)
            return " = [];";
        if (field.IsStruct)
            return field.IsNullable ? "" : " = new();";
        if (field.Type is "bytes")
            return " = [];";
        if (field.Type is "string")
            return $" = \"{field.Default}\";";
        var value = DefaultLiteral(field);
        return value is "0" or "false" or "default" ? "" : $" = {value};";
    }

    private static string DefaultLiteral(Field field)
    {
        if (IsErrorCode(field))
            return "default";
        return field.Type switch
        {
            "bool" => string.Equals(field.Default, "true", StringComparison.OrdinalIgnoreCase) ? "true" : "false",
            "int8" or "int16" or "int32" or "int64" => field.Default is not { Length: > 0 } text ? "0"
                : text.StartsWith("0x", StringComparison.Ordinal) ? long.Parse(text[2..], NumberStyles.HexNumber).ToString() : text,
            _ => "default",
        };
    }

    private static string NotDefault(Field field, string value)
    {
        if (field.Default is "null" || (field.IsStruct && !field.IsArray && field.IsNullable))
            return $"{value} is not null";
        if (field.IsArray)
            return field.IsNullable ? $"{value} is not {{ Count: 0 }}" : $"{value}.Count > 0";
        if (field.IsStruct)
            return $"!{value}.IsDefault";
        return field.Type switch
        {
            "string" => field.IsNullable ? $"{value} is not \"{field.Default}\"" : $"{value}.Length > 0",
            "bytes" => field.IsNullable ? $"{value} is not {{ Length: 0 }}" : $"{value}.Length > 0",
            "records" => field.IsNullable ? $"{value} is not null" : $"{value}.Length > 0",
            "bool" => DefaultLiteral(field) is "true" ? $"!{value}" : value,
            _ => $"{value} != {DefaultLiteral(field)}",
        };
    }

    private static bool IsErrorCode(Field field) => field.Type is "int16" && field.Name.EndsWith("ErrorCode", StringComparison.Ordinal);

    // A class cannot have a property and a nested type of one name.
    private string TypeName(string name) =>
        schema.Fields.Any(f => string.Equals(f.Name, name, StringComparison.Ordinal)) ? name + "Data" : name;

    private static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private void If(string condition, Action then)
    {
        if (condition is "false")
            return;
        if (condition is "true")
        {
            then();
            return;
        }

        Line($"if ({condition})");
        Open();
        then();
        Close();
    }

    private void Open()
    {
        Line("{");
        _indent++;
    }

    private void Close()
    {
        _indent--;
        Line("}");
    }

    private void Line(string line)
    {
        if (line.Length > 0)
            text.Append(' ', _indent * 4).Append(line);
        text.Append('\n');
    }
}
