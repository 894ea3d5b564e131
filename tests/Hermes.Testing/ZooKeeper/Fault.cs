namespace Hermes.Testing.ZooKeeper;

/// <summary>What a <see cref="FaultProxy"/> does to the first frame that matches: cuts it off, and the connection with it.</summary>
public sealed class Fault
{
    private readonly TaskCompletionSource<ProxiedFrame> _struck = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Fault(Func<ProxiedFrame, bool> when, int bytesLetThrough, bool reset, bool keepOpen) =>
        (When, BytesLetThrough, Reset, KeepOpen) = (when, bytesLetThrough, reset, keepOpen);

    /// <summary>Completes when it has happened, with the frame that it met.</summary>
    public Task<ProxiedFrame> Struck => _struck.Task;

    internal Func<ProxiedFrame, bool> When { get; }

    /// <summary>How much of the frame (its length counted in) still passes.</summary>
    internal int BytesLetThrough { get; }

    internal bool Reset { get; }

    internal bool KeepOpen { get; }

    /// <summary>The server does as asked, but the client never learns it: the connection breaks in place of the reply.</summary>
    /// <param name="op">The operation that loses its reply.</param>
    /// <param name="reset">Break by RST in place of FIN.</param>
    public static Fault LoseReply(int op, bool reset = false) => new(frame => frame.FromServer && frame.Op == op, 0, reset, keepOpen: false);

    /// <summary>The reply is cut off in its middle, and the connection with it.</summary>
    public static Fault CutReply(int op, int afterBytes) => new(frame => frame.FromServer && frame.Op == op, afterBytes, reset: false, keepOpen: false);

    /// <summary>The request never reaches the server, and the connection breaks.</summary>
    public static Fault LoseRequest(int op, bool reset = false) => new(frame => !frame.FromServer && frame.Op == op, 0, reset, keepOpen: false);

    /// <summary>The request is cut off in its middle, and the connection with it.</summary>
    public static Fault CutRequest(int op, int afterBytes) => new(frame => !frame.FromServer && frame.Op == op, afterBytes, reset: false, keepOpen: false);

    /// <summary>The server accepts the session, but its answer is lost, and the connection stays open.</summary>
    public static Fault SwallowConnectResponse() => new(frame => frame.FromServer && frame.Op == OpCodes.Handshake, 0, reset: false, keepOpen: true);

    /// <summary>Cuts at the first frame that a test picks by itself.</summary>
    public static Fault CutWhen(Func<ProxiedFrame, bool> when, int afterBytes) => new(when, afterBytes, reset: false, keepOpen: false);

    internal void Strike(ProxiedFrame frame) => _struck.TrySetResult(frame);
}
