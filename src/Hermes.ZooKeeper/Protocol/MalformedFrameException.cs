namespace Hermes.ZooKeeper.Protocol;

/// <summary>The other side does not speak ZooKeeper's protocol, or speaks it wrongly: the connection is of no use.</summary>
internal sealed class MalformedFrameException(string message, Exception? innerException = null) : IOException(message, innerException);
