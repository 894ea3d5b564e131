using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>A request and how to read its reply. Small ones are structs, so that a call in flight is one object.</summary>
internal interface IRequest<TReply>
{
    /// <summary>Which operation.</summary>
    OpCode OpCode { get; }

    /// <summary>What it is about, for messages.</summary>
    string Path { get; }

    /// <summary>Whether a second execution changes nothing, so that a broken connection need not concern the caller.</summary>
    static virtual bool MayRepeat => false;

    /// <summary>The request travels outside the order of the others, under this number; 0: it does not.</summary>
    static virtual int ReservedXid => 0;

    /// <summary>Writes the body, in wire order.</summary>
    /// <returns>False: there is nothing to send after all; the call completes with the default reply.</returns>
    bool WriteTo(JuteWriter writer, WireContext wire);

    /// <summary>Reads the body of a reply without an error.</summary>
    TReply Read(ref JuteReader reader, in ReplyHeader header, WireContext wire);

    /// <summary>Whether this error is an answer after all.</summary>
    bool TryAnswer(ErrorCode error, WireContext wire, out TReply reply)
    {
        reply = default!;
        return false;
    }

    /// <summary>What the caller gets to see for an error.</summary>
    Exception ToException(ErrorCode error) =>
        new ZooKeeperException(error, $"ZooKeeper refused {OpCode} of '{Path}': {error}.");
}
