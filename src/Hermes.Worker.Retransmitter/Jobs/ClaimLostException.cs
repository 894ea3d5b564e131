namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>The claim is gone: whoever has it now goes on.</summary>
internal sealed class ClaimLostException(string id) : Exception($"The claim on job {id} was lost; its next holder goes on.");
