namespace Hermes.Shared.Status;

/// <summary>A page of the status server, answered to GET and HEAD. A worker adds its own by registering one.</summary>
/// <param name="Path">Its path, exactly.</param>
/// <param name="Render">Makes it at each request. Quick, and without secrets.</param>
public sealed record StatusPage(string Path, Func<StatusContent> Render);
