namespace Hermes.Delivery.Memory;

/// <summary>A delivery that was refused bytes of the process's budget.</summary>
internal interface IAwaitsBytes
{
    /// <summary>There is room again. Called from any thread, under nobody's lock.</summary>
    void RoomInProcess();
}
