namespace Hermes.Shared.Jobs;

/// <summary>What a job asks for cannot be done; the message says why, for its status.</summary>
public sealed class JobRefusedException(string reason, Exception? cause = null) : Exception(reason, cause);
