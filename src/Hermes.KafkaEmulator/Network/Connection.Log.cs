namespace Hermes.KafkaEmulator.Network;

internal sealed partial class Connection
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Closed the connection of {Client}: {Reason}")]
        public static partial void Malformed(ILogger logger, string client, string reason);

        [LoggerMessage(2, LogLevel.Error, "A request of {Client} failed; its connection is closed, the client will ask again")]
        public static partial void Failed(ILogger logger, Exception exception, string client);
    }
}
