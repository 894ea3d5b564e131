namespace Hermes.Worker.Retransmitter;

/// <summary>Log event ids of this assembly: 2200 to 2299. A retired number keeps its line.</summary>
internal static class LogEvents
{
    public const int ClaimLost = 2200;
    public const int Transition = 2201;
    public const int RunFailed = 2202;
    public const int Expired = 2203;
    public const int AlterRefused = 2205;
    public const int DispatchFailed = 2206;
    public const int ExpiryFailed = 2207;
    public const int KafkaError = 2210;
}
