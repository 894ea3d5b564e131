namespace Hermes.Shared.Status;

/// <summary>The status pages cannot be served where <c>Status:Listen</c> says; the message names the address and the remedy.</summary>
internal sealed class StatusAddressException(string message, Exception inner) : Exception(message, inner);
