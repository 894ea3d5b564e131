namespace Hermes.ZooKeeper;

/// <summary>The server's error codes (<c>KeeperException.Code</c> of the Java client). Unknown ones stay numbers.</summary>
public enum ErrorCode
{
    /// <summary>No error.</summary>
    Ok = 0,

    /// <summary>The server failed in a way that it does not explain.</summary>
    SystemError = -1,

    /// <summary>In a failed multi: not carried out because a neighbour was refused.</summary>
    RuntimeInconsistency = -2,

    /// <summary>The server's data is inconsistent.</summary>
    DataInconsistency = -3,

    /// <summary>The server could not read the request.</summary>
    MarshallingError = -5,

    /// <summary>The server does not know or does not allow the operation.</summary>
    Unimplemented = -6,

    /// <summary>The operation took too long on the server.</summary>
    OperationTimeout = -7,

    /// <summary>The server finds an argument wrong.</summary>
    BadArguments = -8,

    /// <summary>There is no such node, or no parent for it.</summary>
    NoNode = -101,

    /// <summary>The session's identities lack the right.</summary>
    NoAuth = -102,

    /// <summary>The node has another version.</summary>
    BadVersion = -103,

    /// <summary>An ephemeral node cannot have children.</summary>
    NoChildrenForEphemerals = -108,

    /// <summary>The node exists already.</summary>
    NodeExists = -110,

    /// <summary>The node has children.</summary>
    NotEmpty = -111,

    /// <summary>The session is gone.</summary>
    SessionExpired = -112,

    /// <summary>The access rights are malformed or name nobody.</summary>
    InvalidAcl = -114,

    /// <summary>The credentials were refused.</summary>
    AuthFailed = -115,

    /// <summary>The session lives on another connection by now.</summary>
    SessionMoved = -118,

    /// <summary>The server is read-only for want of a quorum.</summary>
    NotReadOnly = -119,

    /// <summary>There is no such watch.</summary>
    NoWatcher = -121,

    /// <summary>A quota of the path is used up.</summary>
    QuotaExceeded = -125,

    /// <summary>The server is overloaded; surely not applied.</summary>
    Throttled = -127,
}

/// <summary>The server said no.</summary>
public class ZooKeeperException(ErrorCode code, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Why.</summary>
    public ErrorCode Code { get; } = code;
}

/// <summary>A multi was refused as a whole.</summary>
public sealed class MultiFailedException(ErrorCode code, int index, Operation operation)
    : ZooKeeperException(code, $"Operation {index} of the multi ({operation?.GetType().Name} {operation?.Path}) was refused: {code}. None was applied.")
{
    /// <summary>The first operation that was refused, counted from 0.</summary>
    public int Index { get; } = index;
}

/// <summary>The session expired while the call was in flight or before it was sent.</summary>
/// <param name="maybeApplied">Whether the request may have been carried out before that.</param>
public sealed class SessionExpiredException(bool maybeApplied)
    : ZooKeeperException(ErrorCode.SessionExpired, "The ZooKeeper session expired; its ephemeral nodes are gone.")
{
    /// <summary>False: surely not carried out.</summary>
    public bool MaybeApplied { get; } = maybeApplied;
}

/// <summary>The connection broke before the answer came: nobody knows whether it happened.</summary>
/// <param name="maybeApplied">False: the request never left this process, and repeating it is safe.</param>
/// <param name="innerException">What broke the connection.</param>
public sealed class ConnectionLostException(bool maybeApplied, Exception? innerException = null)
    : IOException(maybeApplied
        ? "The connection to ZooKeeper broke before the answer came; the request may have been carried out."
        : "The connection to ZooKeeper broke before the request was sent.", innerException)
{
    /// <summary>Whether the request may have been carried out.</summary>
    public bool MaybeApplied { get; } = maybeApplied;
}
