namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>What may end the work on a job before its end.</summary>
/// <param name="ClaimLost">Another may be at it: nothing more is to be done.</param>
/// <param name="Stopping">This worker stops: what is under way is finished, within its budget.</param>
/// <param name="Either">One of the two.</param>
internal readonly record struct Ends(CancellationToken ClaimLost, CancellationToken Stopping, CancellationToken Either);
