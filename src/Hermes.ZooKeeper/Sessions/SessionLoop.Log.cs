using Microsoft.Extensions.Logging;

namespace Hermes.ZooKeeper.Sessions;

internal sealed partial class SessionLoop
{
    private static partial class Log
    {
        [LoggerMessage(LogEvents.Connected, LogLevel.Information,
            "ZooKeeper session 0x{Session:x} (generation {Generation}) is served by {Server}; its time-out is {Timeout}")]
        public static partial void Connected(ILogger logger, long session, int generation, ServerAddress server, TimeSpan timeout);

        [LoggerMessage(LogEvents.ConnectFailed, LogLevel.Warning,
            "ZooKeeper server {Server} cannot be used ({Failures} failures in a row): {Reason}; the next one is tried")]
        public static partial void ConnectFailed(ILogger logger, ServerAddress server, int failures, string reason);

        [LoggerMessage(LogEvents.Disconnected, LogLevel.Warning,
            "The connection to ZooKeeper server {Server} broke: {Reason}; reconnecting")]
        public static partial void Disconnected(ILogger logger, ServerAddress server, string reason);

        [LoggerMessage(LogEvents.SessionLost, LogLevel.Warning,
            "Nothing was heard from ZooKeeper for {Timeout}, the session time-out: session 0x{Session:x} counts as lost until a server says otherwise")]
        public static partial void SessionLost(ILogger logger, long session, TimeSpan timeout);

        [LoggerMessage(LogEvents.SessionExpired, LogLevel.Warning,
            "ZooKeeper session 0x{Session:x} expired, its ephemeral nodes are gone; a new one is opened")]
        public static partial void SessionExpired(ILogger logger, long session);

        [LoggerMessage(LogEvents.TimeoutClamped, LogLevel.Information,
            "ZooKeeper granted a session time-out of {Granted} where {Asked} was asked for")]
        public static partial void TimeoutClamped(ILogger logger, TimeSpan asked, TimeSpan granted);

        [LoggerMessage(LogEvents.AuthenticationFailed, LogLevel.Error,
            "ZooKeeper server {Server} refused the session's credentials; this client has ended")]
        public static partial void AuthenticationFailed(ILogger logger, ServerAddress server);

        [LoggerMessage(LogEvents.TlsFailed, LogLevel.Error,
            "TLS with ZooKeeper server {Server} failed: {Reason}; the next one is tried")]
        public static partial void TlsFailed(ILogger logger, ServerAddress server, string reason);

        [LoggerMessage(LogEvents.SessionThreadFailed, LogLevel.Critical,
            "The ZooKeeper client failed in a way that it does not understand; it has ended")]
        public static partial void SessionThreadFailed(ILogger logger, Exception exception);

        [LoggerMessage(LogEvents.CloseUnanswered, LogLevel.Information,
            "ZooKeeper did not answer the closing of session 0x{Session:x} ({Reason}); its ephemeral nodes stay until it expires")]
        public static partial void CloseUnanswered(ILogger logger, long session, string reason);
    }
}
