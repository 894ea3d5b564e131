namespace Hermes.Cli;

/// <summary>The command could not do what it was asked: the message is all that the user sees.</summary>
internal sealed class CommandFailedException(string message, Exception? innerException = null) : Exception(message, innerException);
