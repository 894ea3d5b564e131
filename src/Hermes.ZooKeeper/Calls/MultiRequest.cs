using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 14: (type, done, error) before each operation's own request, and once more with done -> the same
/// with the replies. A refused multi comes with a good header and an error in every place.</summary>
internal readonly record struct MultiRequest(IReadOnlyList<Operation> Operations) : IRequest<MultiResult>
{
    private const int ErrorEntry = -1;

    public OpCode OpCode => OpCode.Multi;

    public string Path => string.Join(", ", Operations.Select(o => o.Path));

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        foreach (var operation in Operations)
            Write(writer, wire, operation);
        Head(writer, OpCode.MultiEnd, done: true);
        return true;
    }

    public MultiResult Read(ref JuteReader reader, in ReplyHeader header, WireContext wire)
    {
        var results = new OperationResult[Operations.Count];
        var (culprit, error) = (-1, ErrorCode.Ok);
        for (var i = 0; ; i++)
        {
            var type = reader.Int();
            var done = reader.Bool();
            reader.Int(); // the error, said again in the body
            if (done)
                break;
            if (i >= results.Length)
                throw new MalformedFrameException($"A multi of {results.Length} operations was answered with more results.");
            if (type == ErrorEntry)
            {
                var code = (ErrorCode)reader.Int();
                if (culprit < 0 && code is not (ErrorCode.Ok or ErrorCode.RuntimeInconsistency))
                    (culprit, error) = (i, code);
                continue;
            }
            results[i] = ReadResult(ref reader, (OpCode)type, wire);
        }
        return culprit < 0 ? new(header.Zxid, results) : throw new MultiFailedException(error, culprit, Operations[culprit]);
    }

    private static OperationResult ReadResult(ref JuteReader reader, OpCode type, WireContext wire) => type switch
    {
        OpCode.Create => new(wire.ToLocal(reader.String()), null), // how 3.8.0 answers a create2 within a multi
        OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl => new(wire.ToLocal(reader.String()), reader.Stat()),
        OpCode.SetData => new(null, reader.Stat()),
        OpCode.Delete or OpCode.Check => default,
        _ => throw new MalformedFrameException($"A multi was answered with a result of unknown type {(int)type}."),
    };

    private static void Write(JuteWriter writer, WireContext wire, Operation operation)
    {
        switch (operation)
        {
            case Operation.CreateNode create:
                Head(writer, CreateRequest.CodeOf(create.Options.Mode), done: false);
                CreateRequest.Write(writer, wire, create.Path, create.Data.Span, create.Options);
                break;
            case Operation.DeleteNode delete:
                Head(writer, OpCode.Delete, done: false);
                DeleteRequest.Write(writer, wire, delete.Path, delete.Version);
                break;
            case Operation.SetData set:
                Head(writer, OpCode.SetData, done: false);
                SetDataRequest.Write(writer, wire, set.Path, set.Data.Span, set.Version);
                break;
            case Operation.CheckVersion check:
                Head(writer, OpCode.Check, done: false);
                DeleteRequest.Write(writer, wire, check.Path, check.Version); // the same fields
                break;
        }
    }

    private static void Head(JuteWriter writer, OpCode type, bool done)
    {
        writer.Int((int)type);
        writer.Bool(done);
        writer.Int(-1);
    }
}
