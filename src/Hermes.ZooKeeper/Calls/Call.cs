using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>A request on its way: waiting, in flight, or answered. What the session does with it.</summary>
internal abstract class Call
{
    /// <summary>The number it was sent under.</summary>
    public int Xid { get; set; }

    public abstract OpCode OpCode { get; }

    /// <summary>What it is about, for messages.</summary>
    public abstract string Path { get; }

    public abstract bool MayRepeat { get; }

    public abstract int ReservedXid { get; }

    /// <summary>The caller has its answer, or has given up.</summary>
    public abstract bool IsFinished { get; }

    /// <summary>Writes the request's body.</summary>
    /// <returns>False: nothing to send; the call is complete.</returns>
    public abstract bool WriteTo(JuteWriter writer, WireContext wire);

    public abstract void Reply(in ReplyHeader header, ref JuteReader body, WireContext wire);

    public abstract void Fail(Exception exception);

    /// <summary>The session will not touch this call again.</summary>
    public abstract void Release();
}
