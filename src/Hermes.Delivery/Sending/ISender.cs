namespace Hermes.Delivery.Sending;

/// <summary>Puts requests on the wire: one way of speaking HTTP, with its connections. For all subscriptions of the process.</summary>
internal interface ISender : IDisposable
{
    /// <summary>Sends one request and waits for the status of its answer. What follows the head of the answer is the sender's to read or to drop.</summary>
    /// <returns>The answer, or the fault that kept it from coming; faults of network and protocol are never thrown.</returns>
    /// <exception cref="OperationCanceledException">Cut off by the token.</exception>
    ValueTask<Answer> SendAsync(SendRequest request, CancellationToken cancellationToken);
}
