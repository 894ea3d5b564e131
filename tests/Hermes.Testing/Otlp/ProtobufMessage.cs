using System.Text;

namespace Hermes.Testing.Otlp;

/// <summary>A protobuf message taken apart by field number: enough of the format to look into what an exporter sends.</summary>
public sealed class ProtobufMessage
{
    private readonly List<(int Field, ReadOnlyMemory<byte> Bytes, ulong Number)> _fields = [];

    public ProtobufMessage(ReadOnlyMemory<byte> bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var key = Varint(bytes.Span, ref at);
            var (field, wire) = ((int)(key >> 3), (int)(key & 7));
            switch (wire)
            {
                case 0:
                    _fields.Add((field, default, Varint(bytes.Span, ref at)));
                    break;
                case 1:
                    _fields.Add((field, bytes.Slice(at, 8), BitConverter.ToUInt64(bytes.Span.Slice(at, 8))));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(bytes.Span, ref at);
                    _fields.Add((field, bytes.Slice(at, length), 0));
                    at += length;
                    break;
                case 5:
                    _fields.Add((field, bytes.Slice(at, 4), BitConverter.ToUInt32(bytes.Span.Slice(at, 4))));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {wire} at {at} is none of protobuf's.");
            }
        }
    }

    /// <summary>The messages of a field, one after the other.</summary>
    public IEnumerable<ProtobufMessage> Messages(int field) => _fields.Where(f => f.Field == field).Select(f => new ProtobufMessage(f.Bytes));

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field).Span);

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field).Span);

    public ulong Number(int field) => _fields.Find(f => f.Field == field).Number;

    /// <summary>Attributes: key, and the value as text where it is text, or a number.</summary>
    public IReadOnlyDictionary<string, string> Attributes(int field) => Messages(field).ToDictionary(a => a.Text(1), a => a.Messages(2).Select(Value).FirstOrDefault() ?? "", StringComparer.Ordinal);

    private ReadOnlyMemory<byte> Bytes(int field) => _fields.Find(f => f.Field == field).Bytes;

    private static string Value(ProtobufMessage any) => any._fields.Select(f => f.Field switch
    {
        1 => Encoding.UTF8.GetString(f.Bytes.Span),
        2 => f.Number != 0 ? "true" : "false",
        3 => $"{(long)f.Number}",
        _ => $"field {f.Field}",
    }).FirstOrDefault() ?? "";

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var part = bytes[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
    }
}
