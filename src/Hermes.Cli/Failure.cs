using Confluent.Kafka;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;
using ErrorCode = Hermes.ZooKeeper.ErrorCode;

namespace Hermes.Cli;

/// <summary>What a failure means to whoever typed the command.</summary>
internal static class Failure
{
    /// <returns>The exit code, and the reasons line by line.</returns>
    public static (int Code, IReadOnlyList<string> Reasons) Describe(Exception failure) => failure switch
    {
        UsageException e => (ExitCode.Usage, e.Faults),
        CommandFailedException or RegistryException => (ExitCode.Failed, [failure.Message]),
        OperationCanceledException => (ExitCode.Failed, ["Interrupted."]),
        ConnectionLostException { MaybeApplied: true } =>
            (ExitCode.Failed, ["The connection to ZooKeeper broke; the change may have been made or not. Running the command again shows, and repairs a half-done one."]),
        ConnectionLostException or SessionExpiredException =>
            (ExitCode.Failed, ["The connection to ZooKeeper broke; nothing of the last step was done. Run the command again."]),
        ZooKeeperException { Code: ErrorCode.AuthFailed } => (ExitCode.Failed, ["ZooKeeper refused the credentials."]),
        ZooKeeperException { Code: ErrorCode.NoAuth } => (ExitCode.Failed, ["ZooKeeper refuses this: the credentials lack the right."]),
        ZooKeeperException e => (ExitCode.Failed, [$"ZooKeeper refuses this: {e.Message}"]),
        KafkaException e => (ExitCode.Failed, [$"Kafka: {e.Error.Reason} ({e.Error.Code})."]),
        IOException or UnauthorizedAccessException => (ExitCode.Failed, [failure.Message]),
        _ => (ExitCode.Failed, [$"This should not happen; please report it. {failure.GetType().Name}: {failure.Message}"]),
    };
}
