using System.Globalization;
using System.Text;

namespace Hermes.Shared.Avro;

/// <summary>A path into records and maps: names with dots between them, <c>[n]</c> or <c>[*]</c> behind a name that holds an array.</summary>
/// <remarks>The rules are those of Hermes's <c>avropath</c>: a last step that is absent or null has the text <c>null</c>; absent before that,
/// there is no value.</remarks>
public sealed class AvroPath
{
    private const int All = -1;
    private const int None = -2;
    private readonly Step[] _steps;

    private AvroPath(Step[] steps) => _steps = steps;

    private readonly record struct Step(string Name, byte[] Key, int Index);

    /// <summary>Reads a path. Dots around it mean nothing.</summary>
    /// <exception cref="ArgumentException">An index is beyond all arrays.</exception>
    public static AvroPath Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new([.. path.Trim('.').Split('.').Select(ReadStep)]);
    }

    /// <summary>The values there: text as it is, all others as they stand in JSON.</summary>
    /// <exception cref="AvroException">The bytes are no value of the schema.</exception>
    public IReadOnlyList<string> Select(AvroSchema schema, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var found = new List<string>(1);
        var reader = new AvroReader(value);
        Select(schema, ref reader, 0, found);
        return found;
    }

    private static Step ReadStep(string text)
    {
        var open = text.LastIndexOf('[');
        if (open < 1 || text[^1] != ']' || text[(open + 1)..^1] is not { Length: > 0 } inner || (inner != "*" && inner.AsSpan().ContainsAnyExceptInRange('0', '9')))
            return new(text, Encoding.UTF8.GetBytes(text), None);
        var index = inner == "*" ? All : int.TryParse(inner, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"the index in '{text}' is beyond all arrays", nameof(text));
        return new(text[..open], Encoding.UTF8.GetBytes(text), index);
    }

    // Reads the whole value, whatever is selected of it: another may follow.
    private void Select(AvroSchema schema, ref AvroReader reader, int step, List<string> found)
    {
        while (schema is AvroUnion union)
            schema = union.Branch(ref reader);
        if (step == _steps.Length)
        {
            found.Add(Text(schema, ref reader));
            return;
        }
        reader.Enter();
        switch (schema)
        {
            case AvroRecord record:
                SelectField(record, ref reader, step, found);
                break;
            case AvroMap map:
                SelectEntry(map, ref reader, step, found);
                break;
            default:
                schema.Skip(ref reader); // it holds nothing that has a name
                break;
        }
        reader.Leave();
    }

    private void SelectField(AvroRecord record, ref AvroReader reader, int step, List<string> found)
    {
        var (name, index) = (_steps[step].Name, _steps[step].Index);
        var isThere = false;
        foreach (var field in record.Fields)
        {
            if (field.Name != name)
            {
                field.Schema.Skip(ref reader);
                continue;
            }
            isThere = true;
            if (index == None)
                Select(field.Schema, ref reader, step + 1, found);
            else
                SelectItems(field.Schema, ref reader, step, found);
        }
        if (!isThere && index == None)
            Absent(step, found);
    }

    private void SelectItems(AvroSchema schema, ref AvroReader reader, int step, List<string> found)
    {
        while (schema is AvroUnion union)
            schema = union.Branch(ref reader);
        if (schema is not AvroArray array)
        {
            schema.Skip(ref reader);
            return;
        }
        var (wanted, at, isThere) = (_steps[step].Index, 0L, false);
        for (var count = reader.Block(); count > 0; count = reader.Block())
        {
            for (; count > 0; count--, at++)
            {
                if (wanted != All && at != wanted)
                {
                    array.Items.Skip(ref reader);
                    continue;
                }
                isThere = true;
                Select(array.Items, ref reader, step + 1, found);
            }
        }
        if (!isThere && wanted != All)
            Absent(step, found);
    }

    private void SelectEntry(AvroMap map, ref AvroReader reader, int step, List<string> found)
    {
        var before = found.Count;
        var isThere = false;
        for (var count = reader.Block(); count > 0; count = reader.Block())
        {
            for (; count > 0; count--)
            {
                if (!reader.Bytes().SequenceEqual(_steps[step].Key))
                {
                    map.Values.Skip(ref reader);
                    continue;
                }
                found.RemoveRange(before, found.Count - before); // of two entries with one key the later counts
                isThere = true;
                Select(map.Values, ref reader, step + 1, found);
            }
        }
        if (!isThere)
            Absent(step, found);
    }

    private void Absent(int step, List<string> found)
    {
        if (step == _steps.Length - 1)
            found.Add("null");
    }

    private static string Text(AvroSchema schema, ref AvroReader reader)
    {
        if (schema is AvroString)
            return Encoding.UTF8.GetString(reader.Bytes());
        using var json = new JsonText(64);
        schema.WriteJson(ref reader, json);
        var text = json.ToString();
        return schema is AvroEnum or AvroFloat or AvroDouble ? text.Trim('"') : text;
    }
}
